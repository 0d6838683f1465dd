"""Both engines find the same: what they find is compared with what plain Python finds in the tokens."""

# ruff: noqa: RUF001 letters that look alike are what this is about

from __future__ import annotations

from functools import partial

from fediverse_node.search import analysis, queries, speaking
from fediverse_node.search.asking import understand
from fediverse_node.search.model import OPEN, Document, Sought, Term, mark
from fediverse_node.storage.database import Database
from tests.fixtures.seeds import chance

TEXTS = (
    "The quick brown fox jumps over the lazy dog. Don't ask who let the dogs out!",
    "Search engines for the fediverse: a café, a naïve search, and snake_case_words",
    "Größere Straßen und Füße; die Straße ist groß",
    "Die Suche im Fediverse findet Strassen und Straßen",
    "المدونات العربية في الشبكات الاجتماعية مفيدة للمدونين",
    "أَكتُبُ مُدَوَّنَةً عَن الحُرِّيَّة وحرية التعبير",
    "والمدونة الجديدة أفضل من المدونات القديمــــة",
    "می‌خواهم در شبکه‌های اجتماعی فارسی جستجو کنم",
    "كتاب های خوب را می خوانیم و کتاب‌ها را دوست داریم",
    "我们在联邦宇宙里搜索中文文章",
    "中文搜索很重要，北京大学和东京大学",
    "東京都で日本語の検索をテストします",
    "ﾌｪﾃﾞｨﾊﾞｰｽでカタカナ検索 フェディバース",
    "서울에서 한국어 검색을 시험합니다",
    "연합우주의 한국어 글 검색",
    "mixed 東京 tower and برج طوكيو with 서울 2024 ٢٠٢٤",
)
QUESTIONS = """
fox | DOG | dogs | "lazy dog" | "dog lazy" | search -engines | naive | snake
words snake_case | strasse | STRAẞE -suche | groß | fusse | مدونة | المدونات | والمدونات
للمدونات -الجديدة | الحرية | حريه | "الشبكات الاجتماعية" | کتاب | كتابها | ميخواهم | شبکه
搜索 | 中文搜索 | 文 | 大学 | 北京 东京 | 東京 | 東京都 | 京都 | 検索 | カタカナ
ﾌｪﾃﾞｨﾊﾞｰｽ | 서울 | 검색 | 한국어 -서울 | 글 | 2024 | "東京 tower" | tower 서울
nothing | -fox | 东 | o
"""


def documents() -> list[Document]:
    marks = ((OPEN,), (OPEN, mark("has", "media")))
    return [
        Document(post_id=number, marks=marks[number % 2], words=tuple(analysis.tokens(text)))
        for number, text in enumerate(TEXTS, start=1)
    ]


def expected(documents: list[Document], sought: Sought) -> list[int]:
    """What is found, in plain Python."""
    hits = [
        each.post_id
        for each in documents
        if all(any(_said(each, term) for term in group) for group in sought.every)
        and not any(_said(each, term) for term in sought.none)
    ]
    return hits[::-1]


def _said(document: Document, term: Term) -> bool:
    if term.tokens[0] in document.marks:
        return True
    length = len(term.tokens)
    for place in range(len(document.words) - length + 1):
        *first, last = document.words[place : place + length]
        same = last.startswith(term.tokens[-1]) if term.begins else last == term.tokens[-1]
        if (*first,) == term.tokens[:-1] and same:
            return True
    return False


async def test_an_engine_finds_what_stands_in_the_tokens(db: Database) -> None:
    written = documents()
    await db.write(lambda tx: queries.write(tx, written))
    everything = " ".join(TEXTS).split()
    random = chance("search")
    drawn = [
        " ".join(
            random.choice(("", "", "-")) + word[: random.randint(1, 12)]
            for word in random.sample(everything, 2)
        )
        for _ in range(100)
    ]
    found_at_all = 0
    asked = [text.strip() for line in QUESTIONS.splitlines() for text in line.split("|") if text.strip()]
    for text in (*asked, *drawn):
        question = understand(text)
        sought = Sought(every=((Term(tokens=(OPEN,)),), *question.every), none=question.none)
        found = await db.read(partial(queries.matching, sought=sought, limit=40))
        assert found == expected(written, sought), text
        found_at_all += bool(found) and bool(question.every)
    assert found_at_all > len(asked)


async def test_words_that_are_said_all_the_time_are_kept_alike(db: Database) -> None:
    words = (*("na",) * 300, "batman", *("na",) * 20_000, "robin")
    long = Document(post_id=7, marks=(OPEN,), words=words)
    await db.write(lambda tx: queries.write(tx, [long]))

    async def found(*tokens: str) -> list[int]:
        sought = Sought(every=((Term(tokens=tokens),),))
        return await db.read(lambda tx: queries.matching(tx, sought, limit=40))

    assert await found("na", "na") == [7]
    assert await found("batman") == [7]
    # Beyond the places that PostgreSQL keeps nothing is found, with either engine.
    assert await found("na", "batman") == []
    assert await found("robin") == []


async def test_what_is_written_again_takes_the_place_of_what_stood_there(db: Database) -> None:
    first, second = (Document(post_id=1, marks=(), words=(word,)) for word in ("before", "after"))
    other = Document(post_id=2, marks=(), words=("before",))
    sought = Sought(every=((Term(tokens=("before",)),),))
    await db.write(lambda tx: queries.write(tx, [first, other]))
    await db.write(lambda tx: queries.write(tx, [second]))
    assert await db.read(lambda tx: queries.matching(tx, sought, limit=40)) == [2]
    await db.write(lambda tx: queries.take_out(tx, [2, 3]))
    assert await db.read(lambda tx: queries.matching(tx, sought, limit=40)) == []
    assert await db.read(queries.count) == 1


def test_nothing_of_a_document_can_be_taken_for_the_language_of_an_engine() -> None:
    document = Document(post_id=1, marks=(OPEN,), words=("a", "b", "a"))
    assert speaking.text_for_sqlite(document) == ".open . a b a"
    assert speaking.vector_for_postgresql(document) == "'.open' 'a':1,3 'b':2"
