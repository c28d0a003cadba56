//! Secrets that an agent or a bot asks for although they must not be asked for in chat.

use crate::detect::cues::{PhraseSet, Topic};
use crate::detect::token::TokenizedText;
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::analysis::MessageAnalysis;
use crate::judge::ask::Request;
use crate::judge::verdict::Detection;

impl MessageAnalysis<'_, '_> {
    /// Adds a finding for each request for such a secret.
    pub(super) fn solicitations(&mut self, requests: &[Request]) {
        for request in requests {
            // Account numbers are excluded: banks need them and ask for them in chat.
            let Some(entity) = request.topic.entity().filter(|entity| *entity != Entity::Account) else { continue };
            let hit = &self.reading.cues[request.hit];
            if request.topic == Topic::Card && !names_a_number(self.reading, hit.first, hit.last) {
                continue;
            }
            let span = self.reading.span(hit.first, hit.last);
            let evidence = Evidence { cue: Some(hit.cue.name), ..Evidence::default() };
            self.verdict.found.push(Detection { span, entity, evidence, part: false, solicited: true, expiry: false });
        }
    }
}

/// Returns whether the cue is "card number" and not just "card". "Which card is this about?" is not a solicitation.
fn names_a_number(reading: &TokenizedText<'_>, first: usize, last: usize) -> bool {
    reading.tokens[first..=last].iter().any(|t| reading.is_in(t, PhraseSet::FULL))
}
