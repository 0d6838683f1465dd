"""How what we say reaches other servers.

**The letter is stored once, its envelopes many times.** Whoever has something to say stores the activity
as the bytes that will be sent, and one envelope per distinct inbox, in the transaction that made it
true (`queue`). If that transaction fails, nothing is sent; once it is committed, nothing can be lost.

**The worker takes turns** (`worker`). One turn is one transaction: record how the exchanges ended that
have finished, and claim what may be sent next. Between turns it signs and sends. A signature is made
for each attempt, because peers accept a Date for as little as a minute.

**A claim is a lease.** A process that dies gives back what it had when its leases run out, or at the
next start where there is only one process. So an activity may arrive twice, and never not at all;
receivers know it by its id.

**Order.** Mail of one actor to one inbox arrives in order, so that a Delete does not overtake its Create
(`deliveries.claims`).

**Back-off belongs to the host, not to the letter.** A failed envelope follows a schedule of its own
(`retry`), and what is behind it in its line waits with it. A host that has failed five times over
a minute is left alone (`breaker`): its mail is put aside, one envelope knocks now and then, and when it
is answered the rest follows.

**Nobody waits for the slow.** Exchanges hold slots; a host that is slow or failing can hold a quarter of
them at most, and an exchange that turns slow on the way counts from that moment (`slots`).
"""
