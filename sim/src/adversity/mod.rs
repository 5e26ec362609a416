//! What happens around a program that runs: connections, servers, disks, clocks, other programs.

mod clock;
mod cut;
mod disk;
mod mount;
mod read_only;
mod restart;
mod stall;

pub(crate) use clock::move_the_clock;
pub(crate) use cut::cut_connections;
pub(crate) use disk::{fill_pages, fill_postgres, fill_sqlite};
pub(crate) use read_only::refuse_writing;
pub(crate) use restart::restart_servers;
pub(crate) use stall::stall_connections;
