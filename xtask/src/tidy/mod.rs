//! The architecture's invariants and the house style, as far as text and manifests can tell.
//!
//! A check is a function from the files to findings, and one row in the table of `check`. Checks
//! read nothing themselves, so each is tested on a good and a bad sample.

mod attributes;
mod catalogue;
mod check;
mod drivers;
mod layering;
mod leftovers;
mod length;
mod links;
mod lists;
mod openings;
mod rooms;
mod rust;
mod scan;
mod whitespace;

pub(crate) use check::run;
