"""The program that puts another program in a cage and becomes it: `ffmpeg` and `ffprobe` run in here.

    python -I cage.py JOB     JOB: JSON {program, arguments, files, memory, seconds, bytes}

A hole in a decoder is the usual way from a film into a server. So what runs in here has an empty
environment, can open no socket (seccomp refuses it) and look into no other process, opens only the files that
it is given and what the system has installed (Landlock, where the kernel knows it), and ends when it takes
too much memory, time or disk (WEB-16). It imports nothing of the house, and where seccomp refuses nothing,
the program is not run. Linux only.

Sources: seccomp(2), landlock(7), prctl(2), linux/bpf_common.h, linux/audit.h.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import resource
import struct
import sys
from pathlib import Path

#: Said by the exit code: the walls could not be built.
NO_WALLS = 70

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
#: By machine: what the kernel calls it, and the numbers of what is refused: socket, connect, socketpair,
#: ptrace, kill, process_vm_readv, process_vm_writev, bpf, userfaultfd, pidfd_getfd, io_uring_setup.
_MACHINES = {
    "x86_64": (0xC000003E, (41, 42, 53, 101, 62, 310, 311, 321, 323, 438, 425)),
    "aarch64": (0xC00000B7, (198, 203, 199, 117, 129, 270, 271, 280, 282, 438, 425)),
}
#: Numbers of the other dialect of x86_64 begin here.
_X32 = 0x40000000
_LOAD, _EQUALS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_KILL, _REFUSE, _ALLOW = 0x80000000, 0x00050001, 0x7FFF0000

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE = 1, 2, 4, 8, 1 << 14
#: What every program reads: itself, its libraries, and where they are.
_SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/nix/store", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")


def _limit(memory: int, seconds: int, size: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    os.nice(10)


def _deafen(libc: ctypes.CDLL) -> bool:
    """From here on no socket, and no look at others."""
    known = _MACHINES.get(platform.machine())
    if known is None:
        return False
    machine, refused = known
    steps = [(_LOAD, 0, 0, 4), (_EQUALS, 1, 0, machine), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    steps += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for number in refused:
        steps += [(_EQUALS, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    done: bool = libc.prctl(_PR_SET_SECCOMP, 2, ctypes.c_char_p(program), 0, 0) == 0
    return done


def _wall_in(libc: ctypes.CDLL, program: str, files: list[int]) -> bool:
    """From here on no file but these and the system's. False where this kernel cannot."""
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    every = (1 << 13) - 1 | ((1 << 13) if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    wanted = struct.pack("=Q", every)
    rules = libc.syscall(_CREATE_RULESET, ctypes.c_char_p(wanted), ctypes.c_size_t(len(wanted)), 0)
    if rules < 0:
        return False
    for handle in files:
        _allow(libc, rules, handle, (_READ | _WRITE | _TRUNCATE) & every)
    for place in (*_SYSTEM, str(Path(program).resolve().parent)):
        try:
            handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        _allow(libc, rules, handle, _EXECUTE | _READ | (_LIST if Path(place).is_dir() else 0))
        os.close(handle)
    done: bool = libc.syscall(_RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return done


def _allow(libc: ctypes.CDLL, rules: int, handle: int, what: int) -> None:
    libc.syscall(_ADD_RULE, rules, 1, ctypes.c_char_p(struct.pack("=Qi", what, handle)), 0)


def main() -> None:
    """Become the program, inside."""
    job = json.loads(sys.argv[1])
    _limit(job["memory"], job["seconds"], job["bytes"])
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        sys.exit(NO_WALLS)
    _wall_in(libc, job["program"], job["files"])
    if not _deafen(libc):
        sys.exit(NO_WALLS)
    for handle in job["files"]:
        os.set_inheritable(handle, True)
    os.execve(job["program"], [job["program"], *job["arguments"]], {"LC_ALL": "C"})  # noqa: S606 no shell is wanted


if __name__ == "__main__":
    main()
