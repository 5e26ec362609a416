//! The framing of PostgreSQL's protocol, version 3: enough to count messages and to cut between
//! them.

use std::io::{self, Read};

/// The longest message that is believed; a longer one means that this is not the protocol.
const LONGEST: usize = 1 << 30;

/// Requests that stand in place of a start-up packet.
const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;

/// The first packet of a connection.
pub(crate) enum Opening {
    /// Asks for encryption, which is answered with one byte and followed by another opening.
    Encryption,
    /// Everything else, to be passed on: a session's start, or a request to cancel.
    Session(Vec<u8>),
}

/// One message with its type and length, as it goes over the wire.
pub(crate) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// The letter that names the type.
    pub(crate) fn kind(&self) -> char {
        self.bytes.first().copied().unwrap_or_default().into()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SQL of a `Q` or `P` message: a zero-terminated string, in `P` after the statement's
    /// name.
    pub(crate) fn sql(&self) -> String {
        let body = self.bytes.get(5..).unwrap_or_default();
        let before = usize::from(self.kind() == 'P');
        let text = body
            .split(|byte| *byte == 0)
            .nth(before)
            .unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    }
}

pub(crate) fn read_opening(from: &mut impl Read) -> io::Result<Opening> {
    let mut packet = vec![0; 4];
    from.read_exact(&mut packet)?;
    read_rest(from, &mut packet, 0)?;
    let request = packet.get(4..8).map(number);
    Ok(match request {
        Some(SSL_REQUEST | GSS_REQUEST) => Opening::Encryption,
        _ => Opening::Session(packet),
    })
}

pub(crate) fn read_message(from: &mut impl Read) -> io::Result<Message> {
    let mut bytes = vec![0; 5];
    from.read_exact(&mut bytes)?;
    read_rest(from, &mut bytes, 1)?;
    Ok(Message { bytes })
}

/// Reads what the length at `at` promises, which counts itself.
fn read_rest(from: &mut impl Read, packet: &mut Vec<u8>, at: usize) -> io::Result<()> {
    let length =
        usize::try_from(number(packet.get(at..).unwrap_or_default())).unwrap_or(usize::MAX);
    if !(4..LONGEST).contains(&length) {
        return Err(io::Error::from(io::ErrorKind::InvalidData));
    }
    let read = packet.len();
    packet.resize(at + length, 0);
    from.read_exact(packet.get_mut(read..).unwrap_or_default())
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .take(4)
        .fold(0, |value, byte| value << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_one_by_one() {
        let mut stream: &[u8] = b"Q\0\0\0\x0dSELECT 1\0P\0\0\0\x12s1\0SELECT 2\0\0\0X\0\0\0\x04";
        let mut read = Vec::new();
        while let Ok(message) = read_message(&mut stream) {
            read.push((message.kind(), message.sql()));
        }
        let text = |text: &str| text.to_owned();
        assert_eq!(
            read,
            [
                ('Q', text("SELECT 1")),
                ('P', text("SELECT 2")),
                ('X', text(""))
            ]
        );
    }

    #[test]
    fn a_request_for_encryption_is_told_from_a_start() {
        let mut ssl: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x2f";
        let mut start: &[u8] = b"\0\0\0\x09\0\x03\0\0\0";
        assert!(matches!(read_opening(&mut ssl), Ok(Opening::Encryption)));
        assert!(
            matches!(read_opening(&mut start), Ok(Opening::Session(packet)) if packet.len() == 9)
        );
    }

    #[test]
    fn a_length_that_cannot_be_is_refused() {
        let mut stream: &[u8] = b"Q\0\0\0\x03";
        assert!(read_message(&mut stream).is_err());
        let mut stream: &[u8] = b"Q\xff\xff\xff\xff";
        assert!(read_message(&mut stream).is_err());
    }
}
