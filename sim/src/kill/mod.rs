//! Real processes, killed with SIGKILL at every place where it can make a difference.

mod calls;
mod moments;
mod system_calls;
mod trace;
mod wire;

pub(crate) use calls::kill_at_calls;
pub(crate) use moments::kill_at_moments;
pub(crate) use system_calls::kill_at_system_calls;
pub(crate) use wire::kill_on_the_wire;
