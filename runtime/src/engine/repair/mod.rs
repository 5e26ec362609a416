//! Repairing: what interrupted runs have left is found and mended, and nothing else.

mod catalog;
mod records;
mod run;
