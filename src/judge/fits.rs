//! Which secrets a number can be, by its count of digits.

use crate::detect::cues::Topic;
use crate::detect::number::Number;

/// Returns whether a number of this length can be the value of a cue for a secret.
pub(super) fn secret_fits(topic: Topic, number: &Number) -> bool {
    match topic {
        Topic::Card => (12..=19).contains(&number.digits),
        Topic::SecurityCode => matches!(number.digits, 3 | 4) && number.groups <= 4,
        Topic::SocialSecurity => number.digits == 9,
        // "583-204-917"
        Topic::OneTimePasscode => (4..=8).contains(&number.digits) || number.digits == 9 && number.groups == 3,
        Topic::Code => (3..=8).contains(&number.digits),
        Topic::Pin => (3..=12).contains(&number.digits),
        Topic::Account => (6..=24).contains(&number.digits),
        Topic::Password => number.digits >= 4 && number.groups == 1,
        Topic::Partial
        | Topic::Zip
        | Topic::Phone
        | Topic::Time
        | Topic::Amount
        | Topic::Quantity
        | Topic::Reference
        | Topic::Device
        | Topic::Place
        | Topic::Login => false,
    }
}

/// Returns whether a number next to a cue for a secret can be its value with one digit too many or missing.
pub(super) fn nearly_fits(topic: Topic, number: &Number) -> bool {
    topic == Topic::SocialSecurity && matches!(number.digits, 8 | 10) && matches!(number.groups, 1 | 3)
}

/// Returns whether a number of this length can be the value of a cue for something harmless.
pub(super) fn harmless_fits(topic: Topic, digits: usize) -> bool {
    match topic {
        Topic::Partial => digits <= 6,
        Topic::Zip => digits <= 9,
        Topic::Phone => (3..=15).contains(&digits),
        Topic::Time => digits <= 14,
        Topic::Amount => digits <= 10,
        Topic::Quantity => digits <= 7,
        Topic::Place => digits <= 6,
        Topic::Login => true,
        Topic::Reference | Topic::Device => true,
        Topic::Card
        | Topic::SecurityCode
        | Topic::SocialSecurity
        | Topic::OneTimePasscode
        | Topic::Password
        | Topic::Pin
        | Topic::Account
        | Topic::Code => false,
    }
}
