//! Bytes that are not what the compiler has written: an error, whatever they are.

use std::sync::LazyLock;

use limbeck::__private::{Digest, EMPTY, Revisions};
use limbeck::{Error, ErrorKind, History};
use limbeck_compiler::pack::{pack, seal};
use miniz_oxide::inflate::decompress_to_vec;
use proptest::prelude::*;

use crate::package;

/// How many revisions a file has, if they can be read.
fn unpacked((file, digest): (Vec<u8>, Digest), length: usize) -> Result<usize, Error> {
    let history = History {
        name: "app",
        length,
        revisions: Revisions::of(file.leak(), &digest),
        ..EMPTY
    };
    history.revisions().map(<[_]>::len)
}

/// A sound file, and what it is inflated.
static SOUND: LazyLock<(Vec<u8>, Digest, Vec<u8>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let project = package::write(folder.path());
    let (file, digest) = pack(&project.candidate().ok().unwrap());
    let inflated = decompress_to_vec(&file[40..]).unwrap();
    (file, digest, inflated)
});

fn inflated() -> &'static [u8] {
    &SOUND.2
}

/// A file as it is on the disk, with the digest that it begins with.
fn as_it_is(file: &[u8]) -> (Vec<u8>, Digest) {
    let digest = *file.first_chunk().unwrap();
    (file.to_vec(), Digest::from_bytes(digest))
}

#[test]
fn a_sound_file_is_read_and_says_how_many_revisions_it_has() {
    let (file, digest, _) = &*SOUND;
    assert_eq!(unpacked((file.clone(), *digest), 4).unwrap(), 4);
    assert_eq!(unpacked(seal(inflated()), 4).unwrap(), 4);
}

#[test]
fn what_cannot_be_read_is_an_error_that_says_what_to_do() {
    let error = unpacked(seal(&inflated()[..inflated().len() - 1]), 4).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::History);
    insta::assert_snapshot!(format!("error: {error:#}"), @r"
    error: the revisions of the history `app` cannot be read from this program
      caused by: the data end too early
      help: run `cargo clean` where the program is built, and build it again
    ");
}

#[test]
fn other_than_the_announced_number_of_revisions_is_an_error() {
    let error = unpacked(seal(inflated()), 5).unwrap_err();
    insta::assert_snapshot!(format!("error: {error:#}"), @r"
    error: the revisions of the history `app` cannot be read from this program
      caused by: the number of revisions is not the one that the table says
      help: run `cargo clean` where the program is built, and build it again
    ");
}

#[test]
fn whatever_is_cut_off_or_added_is_missed() {
    let last = inflated().len() - 1;
    for length in (0..last).step_by(13).chain([last]) {
        unpacked(seal(&inflated()[..length]), 4).unwrap_err();
    }
    unpacked(seal(&[inflated(), &[0]].concat()), 4).unwrap_err();
    let file = &SOUND.0;
    for length in 32..file.len() {
        unpacked(as_it_is(&file[..length]), 4).unwrap_err();
    }
}

#[test]
fn a_length_that_nothing_can_have_is_not_allocated() {
    for length in [u64::MAX, 1 << 60, 1 << 40] {
        let mut file = SOUND.0.clone();
        file[32..40].copy_from_slice(&length.to_be_bytes());
        unpacked(as_it_is(&file), 4).unwrap_err();
        for section in [0..8, 8..16] {
            let mut data = inflated().to_vec();
            data[section].copy_from_slice(&length.to_be_bytes());
            unpacked(seal(&data), 4).unwrap_err();
        }
    }
}

#[test]
fn a_list_may_announce_what_it_likes() {
    // No text, no digests, and a list of as many statements as a number can say.
    let mut data = vec![0; 16];
    data.extend([0xff; 9]);
    data.push(1);
    unpacked(seal(&data), 0).unwrap_err();
}

#[test]
#[should_panic(expected = "were not written by one build")]
fn a_file_of_another_table_is_refused() {
    let (file, _) = seal(inflated());
    let (_, other) = seal(b"other");
    drop(Revisions::of(file.leak(), &other));
}

#[test]
#[should_panic(expected = "were not written by one build")]
fn a_file_without_a_digest_is_refused() {
    drop(Revisions::of(&[1; 31], &Digest::from_bytes([1; 32])));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 32..300)) {
        let _ = unpacked(as_it_is(&bytes), 4);
        prop_assert!(unpacked(seal(&bytes), 4).is_err());
    }

    #[test]
    fn a_sound_file_with_other_bytes_in_it_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let (mut file, mut data) = (SOUND.0.clone(), inflated().to_vec());
        for (place, byte) in changes {
            let at = 32 + place.index(file.len() - 32);
            file[at] = byte;
            let at = place.index(data.len());
            data[at] = byte;
        }
        for read in [unpacked(as_it_is(&file), 4), unpacked(seal(&data), 4)] {
            prop_assert!(matches!(read, Ok(4) | Err(_)));
        }
    }
}
