//! What was measured, as it is kept.

use serde_json::{Value, json};

use crate::history::Dialect;

/// The samples of one contender in one measurement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) measure: String,
    pub(crate) dialect: Dialect,
    pub(crate) size: usize,
    pub(crate) contender: String,
    /// `ms`, `MB`, or empty for what is counted.
    pub(crate) unit: String,
    /// In the order of the rounds, so that the n-th of one contender was taken beside the n-th of another.
    pub(crate) samples: Vec<f64>,
    /// Why there are none.
    pub(crate) failure: Option<String>,
    /// Of the machine in the last minute, when the first sample was taken.
    pub(crate) load: f64,
    pub(crate) taken: String,
    pub(crate) commit: String,
}

impl Record {
    pub(crate) fn key(&self) -> (&str, Dialect, usize, &str) {
        (&self.measure, self.dialect, self.size, &self.contender)
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "measure": self.measure,
            "dialect": self.dialect.name(),
            "size": self.size,
            "contender": self.contender,
            "unit": self.unit,
            "samples": self.samples,
            "failure": self.failure,
            "load": self.load,
            "taken": self.taken,
            "commit": self.commit,
        })
    }

    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let dialect = text("dialect")?;
        Some(Self {
            measure: text("measure")?,
            dialect: Dialect::ALL.into_iter().find(|own| own.name() == dialect)?,
            size: usize::try_from(value["size"].as_u64()?).ok()?,
            contender: text("contender")?,
            unit: text("unit")?,
            samples: value["samples"]
                .as_array()?
                .iter()
                .filter_map(Value::as_f64)
                .collect(),
            failure: text("failure"),
            load: value["load"].as_f64()?,
            taken: text("taken")?,
            commit: text("commit")?,
        })
    }

    pub(crate) fn median(&self) -> Option<f64> {
        median(&self.samples)
    }

    pub(crate) fn least(&self) -> f64 {
        self.samples.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn most(&self) -> f64 {
        self.samples
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max)
    }

    /// How many times as much as another contender, round by round: what disturbs the machine disturbs both.
    pub(crate) fn ratio_to(&self, other: &Self) -> Option<f64> {
        if self.samples.len() != other.samples.len() {
            return Some(self.median()? / other.median()?);
        }
        let ratios: Vec<_> = self
            .samples
            .iter()
            .zip(&other.samples)
            .map(|(own, other)| own / other)
            .collect();
        median(&ratios)
    }
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(*sorted.get(middle - 1)?, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(samples: &[f64]) -> Record {
        Record {
            measure: "fresh".to_owned(),
            dialect: Dialect::Sqlite,
            size: 10,
            contender: "limbeck".to_owned(),
            unit: "ms".to_owned(),
            samples: samples.to_vec(),
            failure: None,
            load: 0.5,
            taken: "2026-01-01".to_owned(),
            commit: "0f".to_owned(),
        }
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn a_ratio_is_taken_round_by_round() {
        // The second round was disturbed, for both.
        let ratio = record(&[2.0, 20.0, 2.2]).ratio_to(&record(&[1.0, 10.0, 1.1]));
        assert!((ratio.unwrap() - 2.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let before = record(&[1.0, 2.5]);
        assert_eq!(Record::from_json(&before.to_json()), Some(before));
    }
}
