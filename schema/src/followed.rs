//! A schema that is followed change by change.

use std::collections::BTreeMap;

use limbeck_model::checksum::{self, Digest};

use crate::Object;

/// A schema that is told what comes and goes, so that its fingerprint can be had after each of many small
/// changes.
#[derive(Clone, Debug, Default)]
pub struct Followed {
    /// Each object with its part of the canonical text, and how often it is there.
    objects: BTreeMap<Object, (String, usize)>,
}

impl Followed {
    /// An object is there now.
    pub fn add(&mut self, object: Object) {
        let text = object.text();
        let (_, count) = self.objects.entry(object).or_insert((text, 0));
        *count += 1;
    }

    /// An object is gone.
    pub fn remove(&mut self, object: &Object) {
        if let Some((_, count)) = self.objects.get_mut(object) {
            *count -= 1;
            if *count == 0 {
                self.objects.remove(object);
            }
        }
    }

    /// The same as [`Schema::fingerprint`](crate::Schema::fingerprint) of all that is there.
    pub fn fingerprint(&self) -> Digest {
        let texts = self.objects.values();
        checksum::schema_in_parts(
            texts.flat_map(|(text, count)| std::iter::repeat_n(text.as_str(), *count)),
        )
    }
}

impl FromIterator<Object> for Followed {
    fn from_iter<I: IntoIterator<Item = Object>>(objects: I) -> Self {
        let mut followed = Self::default();
        for object in objects {
            followed.add(object);
        }
        followed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Schema};

    fn object(name: &str, definition: &str) -> Object {
        Object {
            kind: Kind::View,
            parent: None,
            name: name.to_owned(),
            definition: definition.to_owned(),
        }
    }

    #[test]
    fn its_fingerprint_is_that_of_the_schema_whatever_came_and_went() {
        let (a, b, other) = (object("a", "x\n\ny"), object("b", ""), object("a", "z"));
        let schema = |objects: &[&Object]| -> Digest {
            let schema: Schema = objects.iter().map(|object| (*object).clone()).collect();
            schema.fingerprint()
        };
        let mut followed = Followed::default();
        assert_eq!(followed.fingerprint(), schema(&[]));
        followed.add(b.clone());
        followed.add(other.clone());
        followed.add(a.clone());
        assert_eq!(followed.fingerprint(), schema(&[&a, &b, &other]));
        followed.remove(&other);
        followed.remove(&other);
        followed.add(b.clone());
        assert_eq!(followed.fingerprint(), schema(&[&a, &b, &b]));
        followed.remove(&b);
        followed.remove(&b);
        assert_eq!(followed.fingerprint(), schema(&[&a]));
    }
}
