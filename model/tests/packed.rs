//! What is written is read; what was not written is refused.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use limbeck_model::checksum;
use limbeck_model::packed::{Reader, Sections, Writer, inflated_length, sealed};
use proptest::prelude::*;

/// Writes, and reads from what was written.
fn read<T>(write: impl FnOnce(&mut Writer), read: impl FnOnce(&mut Reader<'_, '_>) -> T) -> T {
    let mut writer = Writer::default();
    write(&mut writer);
    let bytes = writer.finish();
    let sections = Sections::of(&bytes).unwrap();
    let mut reader = Reader::new(sections.text, sections.digests, sections.numbers);
    let value = read(&mut reader);
    reader.finish().unwrap();
    value
}

fn number(bytes: &[u8]) -> Result<u64, String> {
    Reader::new("", &[], bytes)
        .number()
        .map_err(|error| error.to_string())
}

#[test]
fn a_number_ends_with_its_last_byte_and_has_64_bits() {
    assert_eq!(number(&[0x80, 0x01]), Ok(128));
    let longest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(number(&[&longest[..], &[0x01]].concat()), Ok(u64::MAX));
    for last in [0x02, 0x81] {
        let error = number(&[&longest[..], &[last, 0]].concat()).unwrap_err();
        assert_eq!(error, "a number is larger than any that is written");
    }
    assert_eq!(number(&longest).unwrap_err(), "the data end too early");
}

#[test]
fn a_flag_has_two_values_and_a_string_ends_with_a_character() {
    let mut reader = Reader::new("é", &[], &[2, 1]);
    assert_eq!(
        reader.flag().unwrap_err().to_string(),
        "a flag is neither 0 nor 1"
    );
    assert!(reader.string().is_err());
}

#[test]
fn what_is_left_over_is_missed() {
    for reader in [
        Reader::new("x", &[], &[]),
        Reader::new("", &[0], &[]),
        Reader::new("", &[], &[0]),
    ] {
        let error = reader.finish().unwrap_err();
        assert_eq!(error.to_string(), "the data go on after their end");
    }
}

#[test]
fn deflate_makes_no_more_of_a_byte_than_it_can() {
    let length = |length: u64| {
        let file = [&length.to_be_bytes()[..], &[0; 10]].concat();
        inflated_length(&file).map(|(length, rest)| (length, rest.len()))
    };
    assert_eq!(length(10_320), Ok((10_320, 10)));
    assert!(length(10_321).is_err());
    assert!(inflated_length(&[0; 7]).is_err());
}

#[test]
fn a_file_begins_with_its_digest_and_its_length() {
    let (file, digest) = sealed(3, &[7, 8]);
    assert_eq!(file[..32], digest.as_bytes()[..]);
    assert_eq!(file[32..], [0, 0, 0, 0, 0, 0, 0, 3, 7, 8]);
    assert_ne!(sealed(4, &[7, 8]).1, digest);
    assert_ne!(sealed(3, &[7, 9]).1, digest);
}

proptest! {
    #[test]
    fn values_come_back(
        numbers in prop::collection::vec(any::<u64>(), 0..40),
        strings in prop::collection::vec(".*", 0..40),
        value in any::<Option<u32>>(),
    ) {
        let digest = checksum::schema(&strings.concat());
        let found = read(
            |writer| {
                writer.list(&numbers, |writer, &number| writer.number(number));
                writer.digest(&digest);
                writer.list(&strings, |writer, text| writer.string(text));
                writer.optional(value, |writer, value| writer.number(value.into()));
                writer.beginning(&digest);
            },
            |reader| {
                let found = reader.list(Reader::number)?;
                let whole = reader.digest()?;
                let texts = reader.list(|reader| reader.string().map(str::to_owned))?;
                let value = reader.optional(Reader::narrow)?;
                Ok::<_, limbeck_model::packed::Unreadable>((found, whole, texts, value, reader.beginning()?))
            },
        );
        let beginning = *digest.as_bytes().first_chunk().unwrap();
        prop_assert_eq!(found.unwrap(), (numbers, digest, strings, value, beginning));
    }

    #[test]
    fn any_bytes_are_sections_or_none(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(sections) = Sections::of(&bytes) {
            let lengths = [sections.text.len(), sections.digests.len(), sections.numbers.len()];
            prop_assert_eq!(lengths.iter().sum::<usize>() + 16, bytes.len());
        }
        let _ = inflated_length(&bytes);
    }
}
