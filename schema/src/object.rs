//! What a schema consists of.

use std::fmt;

/// A kind of object, in the order in which a canonical text has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// An installed extension.
    Extension,
    /// A namespace of other objects.
    Schema,
    /// An order of text.
    Collation,
    /// An enumeration, with its values in order.
    Enum,
    /// A type with a default or conditions of its own.
    Domain,
    /// A composite, range or multirange type.
    Type,
    /// A sequence; its parent is the table whose column owns it.
    Sequence,
    /// A table, with the order of its columns.
    Table,
    /// A column of a table.
    Column,
    /// An attribute of a composite type.
    Attribute,
    /// What was set for a column of a view.
    ViewColumn,
    /// A primary key, unique, foreign key, check or exclusion constraint of a table.
    Constraint,
    /// A condition of a domain.
    DomainConstraint,
    /// An index that no constraint made.
    Index,
    /// Extended statistics on columns.
    Statistics,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
    /// A rewrite rule.
    Rule,
    /// A trigger on a table or view.
    Trigger,
    /// A row security policy.
    Policy,
    /// A function, under its name and the types of its arguments.
    Function,
    /// A procedure, under its name and the types of its arguments.
    Procedure,
    /// An aggregate function.
    Aggregate,
    /// A conversion between two types.
    Cast,
    /// A trigger on schema changes.
    EventTrigger,
    /// What else can be created, known by its name alone.
    Other,
    /// The comment on an object.
    Comment,
}

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 27] = [
        Self::Extension,
        Self::Schema,
        Self::Collation,
        Self::Enum,
        Self::Domain,
        Self::Type,
        Self::Sequence,
        Self::Table,
        Self::Column,
        Self::Attribute,
        Self::ViewColumn,
        Self::Constraint,
        Self::DomainConstraint,
        Self::Index,
        Self::Statistics,
        Self::View,
        Self::MaterializedView,
        Self::Rule,
        Self::Trigger,
        Self::Policy,
        Self::Function,
        Self::Procedure,
        Self::Aggregate,
        Self::Cast,
        Self::EventTrigger,
        Self::Other,
        Self::Comment,
    ];

    /// The kind's name in running text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Extension => "extension",
            Self::Schema => "schema",
            Self::Collation => "collation",
            Self::Enum => "enum",
            Self::Domain => "domain",
            Self::Type => "type",
            Self::Sequence => "sequence",
            Self::Table => "table",
            Self::Column => "column",
            Self::Attribute => "attribute",
            Self::ViewColumn => "view column",
            Self::Constraint => "constraint",
            Self::DomainConstraint => "domain constraint",
            Self::Index => "index",
            Self::Statistics => "statistics",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Rule => "rule",
            Self::Trigger => "trigger",
            Self::Policy => "policy",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Aggregate => "aggregate",
            Self::Cast => "cast",
            Self::EventTrigger => "event trigger",
            Self::Other => "other",
            Self::Comment => "comment",
        }
    }

    /// The kind with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether other objects can have one of this kind as their parent.
    pub(crate) const fn has_children(self) -> bool {
        matches!(
            self,
            Self::Domain | Self::Type | Self::Table | Self::View | Self::MaterializedView
        )
    }

    /// How a sentence joins an object to its parent.
    const fn preposition(self) -> &'static str {
        match self {
            Self::Index | Self::Statistics | Self::Rule | Self::Trigger | Self::Policy => "on",
            _ => "of",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One thing that was defined in a database.
///
/// Its [`Display`](fmt::Display) form names it in running text: ``index `ix_a` on `messages` ``.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// The table, view or type that it belongs to, and is gone with.
    pub parent: Option<String>,
    /// Its name as SQL writes it: quoted where that is necessary, and with its schema unless that
    /// is `public` or the object is known within its parent.
    pub name: String,
    /// All that is defined about it, as canonical text of one or more lines.
    pub definition: String,
}

impl Object {
    /// What identifies it within a schema.
    pub(crate) fn key(&self) -> (Kind, Option<&str>, &str) {
        (self.kind, self.parent.as_deref(), &self.name)
    }

    /// Its part of a schema's canonical text: a line that names it, then its definition, indented.
    ///
    /// Different objects have different texts. So a line end within a name, which SQL permits, is
    /// written as `\n`, and a backslash there as `\\`.
    pub(crate) fn text(&self) -> String {
        let heading = self.to_string();
        let mut text = heading.replace('\\', "\\\\").replace('\n', "\\n");
        text.push('\n');
        if self.definition.is_empty() {
            return text;
        }
        // Not `lines`, which takes `\r\n` for `\n` and drops a last line that is empty.
        for line in self.definition.split('\n') {
            text.extend(["  ", line, "\n"]);
        }
        text
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            // These names say themselves what they are of.
            Kind::Other => return write!(f, "`{}`", self.name),
            Kind::Comment => return write!(f, "comment on `{}`", self.name),
            kind => write!(f, "{kind} `{}`", self.name)?,
        }
        match &self.parent {
            Some(parent) => write!(f, " {} `{parent}`", self.kind.preposition()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name_and_stands_in_order() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
        }
        assert!(Kind::ALL.is_sorted());
    }

    #[test]
    fn an_object_is_named_as_a_sentence_needs_it() {
        let object = |kind, parent: Option<&str>, name: &str| {
            let (parent, name) = (parent.map(str::to_owned), name.to_owned());
            let definition = String::new();
            Object {
                kind,
                parent,
                name,
                definition,
            }
            .to_string()
        };
        assert_eq!(
            object(Kind::Index, Some("messages"), "ix_a"),
            "index `ix_a` on `messages`"
        );
        assert_eq!(object(Kind::Column, Some("t"), "x"), "column `x` of `t`");
        assert_eq!(
            object(Kind::Comment, Some("t"), "table public.t"),
            "comment on `table public.t`"
        );
        assert_eq!(object(Kind::View, None, "v"), "view `v`");
    }
}
