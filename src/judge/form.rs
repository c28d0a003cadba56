//! Values that are identified by their form: cards, formatted Social Security numbers, IBANs, stated passwords, and the
//! unlabeled number after a card.

use smallvec::SmallVec;

use crate::detect::cues::{Topic, WordClass, WordSet};
use crate::detect::number::Digits;
use crate::detect::token::Kind;
use crate::detect::{Candidate, Claim, brands, card_data, security_code};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::analysis::MessageAnalysis;
use crate::judge::candidates::CandidateIndex;
use crate::judge::fits::harmless_fits;
use crate::judge::govern::{Governor, governor};
use crate::judge::verdict::{Detection, Why};

impl MessageAnalysis<'_, '_> {
    /// Finds values that are identified by their form.
    pub(super) fn by_form(&mut self, candidates: &CandidateIndex) {
        for candidate in candidates.iter() {
            // A string of letters and digits that the text calls an account number is a mistyped IBAN.
            let iban = candidate.entity == Entity::Account && candidate.evidence.digits == 0;
            if candidate.claim == Claim::Possible && candidate.entity != Entity::Card && !iban
                || !self.is_free(candidate.first, candidate.last)
            {
                continue;
            }
            let digits = usize::from(candidate.evidence.digits);
            let card = candidate.entity == Entity::Card;
            let fits = |topic: Topic| candidate.topics.contains(&topic) || harmless_fits(topic, digits);
            let governor = if candidate.entity == Entity::Password {
                None
            } else {
                governor(self.reading, candidate.first, candidate.last, &self.consumed, &fits)
            };
            // If the text mentions cards, only a cue directly before the number can override its form.
            let reach = match card {
                true if self.reading.mentions(Topic::Card) => 1,
                true => 4,
                false => 2,
            };
            let harmless = governor.is_some_and(|g| {
                let proven = card && candidate.claim == Claim::Probable && digits >= 14;
                let says_so = match proven {
                    true => self.names_another_number(candidate, &g) && !self.is_used_as_card(candidate),
                    false => g.cost <= reach,
                };
                !g.cue.topic.is_secret() && says_so
            });
            let said = governor.filter(|g| g.cue.topic.is_secret());
            let asked = candidate.topics.iter().any(|t| self.expected.all().contains(*t));
            let stands = match candidate.claim {
                Claim::Certain if card => true,
                Claim::Certain => {
                    !(harmless && candidate.entity == Entity::SocialSecurity && governor.is_some_and(|g| g.cost == 0))
                }
                Claim::Probable => !(harmless || said.is_none() && self.is_part_of_an_answer(candidate)),
                Claim::Possible if iban => said.is_some_and(|g| g.cost <= 4) || asked && !harmless,
                Claim::Possible => {
                    let named = said.is_some_and(|g| g.cost <= if candidate.evidence.mistyped { 6 } else { 10 })
                        || self.reading.mentions(Topic::Card)
                            && (!candidate.evidence.mistyped
                                || candidate.evidence.grouped && candidate.evidence.brand.is_some());
                    !harmless && (named || asked)
                }
            };
            if !stands {
                continue;
            }
            if let Some(governor) = said {
                self.consumed.consume(governor.hit);
            }
            let cue = said.map(|g| g.cue.name).or(candidate.evidence.cue);
            let asked = cue.is_none() && candidate.topics.iter().any(|t| self.expected.asked.contains(*t));
            self.find(candidate, Evidence { cue, asked, ..candidate.evidence });
        }
    }

    /// Returns whether the noun directly before a number with the form of a card names another kind of number, as in
    /// "order number 4...". Other words may be next to a card by chance: "please check 4...".
    fn names_another_number(&self, candidate: &Candidate, governor: &Governor) -> bool {
        let (tokens, hit) = (&self.reading.tokens, &self.reading.cues[governor.hit]);
        let known_by_number = matches!(governor.cue.topic, Topic::Reference | Topic::Device);
        let numbering =
            |first: usize, end: usize| tokens[first..end].iter().any(|t| t.is_any(WordSet::NUMBERING) || t.is(b'#'));
        if governor.after {
            return known_by_number && governor.copula && governor.cost <= 1 && numbering(hit.first, hit.last + 1);
        }
        // "I want to order 4...": "order" is a verb.
        let verb = hit.first.checked_sub(1).is_some_and(|before| tokens[before].does(WordClass::TO));
        let beside = tokens[hit.last + 1..candidate.first]
            .iter()
            .all(|t| matches!(t.kind, Kind::Mark(_)) || t.is_any(WordSet::BEING.union(WordSet::IS)));
        let noun = tokens[hit.last].is_any(WordSet::SERIES) && beside && !verb;
        known_by_number
            && governor.cost == 0
            && (numbering(hit.first, candidate.first) || noun && !self.reading.mentions(Topic::Card))
    }

    /// Returns whether a number with the form of a card was asked for as a card, or has an expiry date or a security
    /// code next to it.
    fn is_used_as_card(&self, candidate: &Candidate) -> bool {
        let asked = self.expected.asked.contains(Topic::Card) && !self.expected.answered;
        asked
            || self.reading.mentions(Topic::SecurityCode)
            || card_data::after(self.page, candidate.last, 3).expiry.is_some()
    }

    /// Returns whether the number is part of an order or device number that was asked for, as in "1Z 88A 204 03 1100
    /// 4417".
    fn is_part_of_an_answer(&self, candidate: &Candidate) -> bool {
        let digits = |at: usize| {
            self.reading.token(at).is_some_and(|t| matches!(t.kind, Kind::Digits | Kind::Mixed) && t.spaced)
        };
        let asked = [Topic::Reference, Topic::Device].iter().any(|topic| self.expected.asked.contains(*topic));
        asked && digits(candidate.first) && digits(candidate.last + 1)
    }

    /// Finds unlabeled security codes after a card.
    pub(super) fn after_cards(&mut self) {
        let cards: SmallVec<[(usize, usize); 4]> = self
            .verdict
            .found
            .iter()
            .filter(|f| f.entity == Entity::Card)
            .map(|f| {
                let first = self.reading.tokens.partition_point(|t| (t.start as usize) < f.span.start);
                let last = self.reading.tokens.partition_point(|t| (t.end as usize) < f.span.end);
                let brand = Digits::of(self.reading, first, last).and_then(|digits| brands::could_start(digits.get()));
                (last, brand.map_or(3, |brand| usize::from(brand.code)))
            })
            .collect();
        for (last, digits) in cards {
            let data = card_data::after(self.page, last, digits);
            if let Some((first, last)) = data.expiry {
                let span = self.reading.span(first, last);
                let evidence = Evidence { cue: Some("expiry of a card"), ..Evidence::default() };
                self.verdict.found.push(Detection {
                    span,
                    entity: Entity::Card,
                    evidence,
                    part: true,
                    solicited: false,
                    expiry: true,
                });
            }
            if let Some(number) = data.code.filter(|n| self.is_free(n.first, n.last)) {
                let candidate = security_code::candidate(self.page, &number);
                self.find(&candidate, Evidence { cue: Some("card before it"), ..candidate.evidence });
            }
            if let Some(number) = data.zip.filter(|n| self.is_free(n.first, n.last)) {
                self.claimed[number.first..=number.last].fill(true);
                self.pass(&number, Why::NumberShape("ZIP"));
            }
        }
    }
}
