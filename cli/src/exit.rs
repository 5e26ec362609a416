//! Exit codes; `exit_codes.txt` is their documentation.

pub(crate) const EXIT_CODES: &str = concat!("Exit codes:\n", include_str!("exit_codes.txt"));

pub(crate) const DONE: u8 = 0;
pub(crate) const HISTORY: u8 = 1;
pub(crate) const USAGE: u8 = 2;
pub(crate) const ENVIRONMENT: u8 = 3;
