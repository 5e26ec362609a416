//! A whole schema.

use std::fmt;

use limbeck_model::checksum::{self, Digest};

use crate::Object;

/// Everything that is defined in a database, in an order that does not depend on when and how it
/// was defined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    objects: Vec<Object>,
}

impl Schema {
    /// Its objects: by kind, then by parent, then by name.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The digest of its canonical text.
    pub fn fingerprint(&self) -> Digest {
        checksum::schema(&self.to_string())
    }
}

impl FromIterator<Object> for Schema {
    fn from_iter<I: IntoIterator<Item = Object>>(objects: I) -> Self {
        let mut objects: Vec<_> = objects.into_iter().collect();
        objects.sort_unstable();
        Self { objects }
    }
}

/// The canonical text: for each object a line that names it, then its definition, indented. Different
/// schemas have different texts.
impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for object in &self.objects {
            f.write_str(&object.text())?;
        }
        Ok(())
    }
}
