//! A process that is stopped at each of its system calls, and killed at one of them.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use nix::sys::ptrace;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// What changes a file, by its number on x86-64: `write`, `pwrite64`, `fsync`, `fdatasync`, `ftruncate`,
/// `rename`, `unlink`, `unlinkat`.
const CHANGING: [u64; 8] = [1, 18, 74, 75, 77, 82, 87, 263];

/// Waits for its tracer, and then becomes the program.
const SCRIPT: &str = "kill -STOP $$; exec \"$0\" \"$@\"";

/// Runs a command up to the system call with this number among those that change a file, and kills it
/// before that call is done. Returns how many of them it has come to; the command has to succeed where it
/// is not killed.
#[expect(
    clippy::zombie_processes,
    reason = "`follow` waits for it, as its tracer must"
)]
pub(super) fn run(command: &Command, death: Option<usize>) -> usize {
    let child = Command::new("sh")
        .args(["-c", SCRIPT])
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    waitpid(pid, Some(WaitPidFlag::WUNTRACED)).unwrap();
    ptrace::seize(
        pid,
        ptrace::Options::PTRACE_O_TRACESYSGOOD | ptrace::Options::PTRACE_O_EXITKILL,
    )
    .unwrap();
    kill(pid, Signal::SIGCONT).unwrap();
    follow(pid, death)
}

fn follow(pid: Pid, death: Option<usize>) -> usize {
    let mut count = 0;
    let mut is_entry = true;
    loop {
        match waitpid(pid, None).unwrap() {
            WaitStatus::PtraceSyscall(_) => {
                if is_entry && changes_a_file(pid) {
                    count += 1;
                    if death == Some(count) {
                        kill(pid, Signal::SIGKILL).unwrap();
                        waitpid(pid, None).unwrap();
                        return count;
                    }
                }
                is_entry = !is_entry;
                ptrace::syscall(pid, None).unwrap();
            }
            WaitStatus::Stopped(_, signal) => {
                let passed_on = (signal != Signal::SIGTRAP).then_some(signal);
                ptrace::syscall(pid, passed_on).unwrap();
            }
            WaitStatus::PtraceEvent(..) => ptrace::syscall(pid, None).unwrap(),
            WaitStatus::Exited(_, code) => {
                let is_right = code == 0 || death.is_some();
                assert!(
                    is_right,
                    "{}",
                    std::process::ExitStatus::from_raw(code << 8)
                );
                return count;
            }
            WaitStatus::Signaled(_, signal, _) => panic!("it was killed by {signal}"),
            WaitStatus::Continued(_) | WaitStatus::StillAlive => {}
        }
    }
}

fn changes_a_file(pid: Pid) -> bool {
    ptrace::getregs(pid).is_ok_and(|registers| CHANGING.contains(&registers.orig_rax))
}
