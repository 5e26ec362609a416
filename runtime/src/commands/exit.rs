//! Exit codes; `exit_codes.txt` is their documentation.

use crate::error::ErrorKind;

pub(super) const EXIT_CODES: &str = concat!("Exit codes:\n", include_str!("exit_codes.txt"));

pub(super) const DONE: u8 = 0;
pub(super) const USAGE: u8 = 2;
pub(super) const NOT_AT_HEAD: u8 = 3;
pub(super) const MEMBERS_FAILED: u8 = 9;
pub(super) const PREFLIGHT: u8 = 10;
pub(super) const DRIFT: u8 = 11;
pub(super) const LEFT_TO_REPAIR: u8 = 12;

pub(super) const fn code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Database | ErrorKind::Url | ErrorKind::History | ErrorKind::AsyncRuntime => 1,
        ErrorKind::Target => USAGE,
        ErrorKind::Edited | ErrorKind::Ahead | ErrorKind::AheadBreaking | ErrorKind::Diverged => 4,
        ErrorKind::Locked => 5,
        ErrorKind::Failed => 6,
        ErrorKind::Interrupted => 7,
        ErrorKind::Irreversible => 8,
        ErrorKind::NotAtHead => NOT_AT_HEAD,
        ErrorKind::Preflight => PREFLIGHT,
        ErrorKind::Drift => DRIFT,
    }
}
