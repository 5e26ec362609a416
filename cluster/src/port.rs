//! A port that nobody uses.

use std::net::{Ipv4Addr, TcpListener};

use crate::Error;

pub(crate) fn free() -> Result<u16, Error> {
    let failed = || Error::io("cannot find a free port");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed())?;
    Ok(listener.local_addr().map_err(failed())?.port())
}
