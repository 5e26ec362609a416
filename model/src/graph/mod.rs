//! The graph of revisions: what the files or the static tables declare, checked and put in order.
//!
//! A [`Graph`] exists only if nothing is wrong with it, so what works with one needs no checks. Its
//! nodes are numbered in the one order that all runs follow: upgrades ascend, downgrades descend.

mod build;
mod check;
mod cycle;
mod declared;
mod explain;
mod labels;
mod order;
mod problem;
mod view;

pub use declared::{Declared, Reference};
pub use problem::{Entry, Link, NameFault, Problem};
pub use view::{Graph, Node};

#[cfg(test)]
pub(crate) mod notation;
#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod problem_tests;
#[cfg(test)]
mod view_tests;
