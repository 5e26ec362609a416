//! The engine of a proof on a real server, through its whole contract.

mod moments;
mod scripts;
mod servers;
mod support;
mod zoo;
