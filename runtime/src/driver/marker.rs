//! The comment that leads what PostgreSQL is sent.
//!
//! `pg_stat_activity` shows it at the front of a session's query, so that anybody can see which revision
//! a session runs, and limbeck can find its own session: a pooler in between hides the process id.

/// Says for which revision something is sent, and by whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marker(String);

impl Marker {
    /// `token` is this run's, or this claim's, and nobody else's; `subject` is `history:revision`.
    pub(crate) fn new(token: &str, subject: &str) -> Self {
        Self(format!("{}{} */ ", Self::prefix(token), harmless(subject)))
    }

    /// With what the query of a session that was marked with this token begins.
    pub(crate) fn prefix(token: &str) -> String {
        format!("/* limbeck {} ", harmless(token))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

/// A name in a comment: nothing that begins or ends one, nests in PostgreSQL or breaks a log line.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| {
            if matches!(c, '*' | '/') || c.is_control() {
                '_'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_the_comment() {
        let marker = Marker::new("0f", "a */ DROP TABLE b; /*:r1\n");
        assert_eq!(marker.text(), "/* limbeck 0f a __ DROP TABLE b; __:r1_ */ ");
        assert!(marker.text().starts_with(&Marker::prefix("0f")));
    }
}
