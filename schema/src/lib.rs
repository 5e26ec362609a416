//! A database schema as data.
