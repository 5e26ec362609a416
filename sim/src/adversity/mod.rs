//! What happens around a program that runs: connections, servers, disks, clocks, other programs.

mod cut;
mod restart;
mod stall;

pub(crate) use cut::cut_connections;
pub(crate) use restart::restart_servers;
pub(crate) use stall::stall_connections;
