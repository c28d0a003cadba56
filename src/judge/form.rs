//! What is decided by form: cards, formatted Social Security numbers, IBANs, stated passwords, and what stands unlabelled
//! after a card.

use smallvec::SmallVec;

use crate::detect::cues::Topic;
use crate::detect::number::Digits;
use crate::detect::token::Kind;
use crate::detect::{Candidate, Claim, brands, card, security_code};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::analysis::MessageAnalysis;
use crate::judge::candidates::CandidateIndex;
use crate::judge::fits::harmless_fits;
use crate::judge::govern::governor;
use crate::judge::verdict::Detection;

impl MessageAnalysis<'_, '_> {
    /// What is decided by form.
    pub(super) fn by_form(&mut self, candidates: &CandidateIndex) {
        for candidate in candidates.iter() {
            if candidate.claim == Claim::Possible && candidate.entity != Entity::Card
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
                governor(self.reading, candidate.first, candidate.last, &self.spent, &fits)
            };
            // Beside a word for cards only what stands right before a number says that it is none.
            let reach = match card {
                true if self.reading.mentions(Topic::Card) => 1,
                true => 4,
                false => 2,
            };
            let harmless = governor.is_some_and(|g| !g.cue.topic.is_secret() && g.cost <= reach);
            let said = governor.filter(|g| g.cue.topic.is_secret());
            let asked = candidate.topics.iter().any(|t| self.expected.all().contains(*t));
            let stands = match candidate.claim {
                Claim::Certain if card => true,
                Claim::Certain => {
                    !(harmless && candidate.entity == Entity::SocialSecurity && governor.is_some_and(|g| g.cost == 0))
                }
                Claim::Probable => !(harmless || said.is_none() && self.is_part_of_an_answer(candidate)),
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
                self.spent.spend(governor.hit);
            }
            let cue = said.map(|g| g.cue.name).or(candidate.evidence.cue);
            let asked = cue.is_none() && candidate.topics.iter().any(|t| self.expected.asked.contains(*t));
            self.find(candidate, Evidence { cue, asked, ..candidate.evidence });
        }
    }

    /// "1Z 88A 204 03 1100 4417": a part of what was asked for, an order or a device.
    fn is_part_of_an_answer(&self, candidate: &Candidate) -> bool {
        let digits = |at: usize| {
            self.reading.token(at).is_some_and(|t| matches!(t.kind, Kind::Digits | Kind::Mixed) && t.spaced)
        };
        let asked = [Topic::Reference, Topic::Device].iter().any(|topic| self.expected.asked.contains(*topic));
        asked && digits(candidate.first) && digits(candidate.last + 1)
    }

    /// Security codes that stand unlabelled after a card.
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
            if let Some((first, last)) = card::expiry_after(self.page, last) {
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
            if let Some(number) = security_code::after_card(self.page, last, digits)
                && self.is_free(number.first, number.last)
            {
                let candidate = security_code::candidate(self.page, &number);
                self.find(&candidate, Evidence { cue: Some("card before it"), ..candidate.evidence });
            }
        }
    }
}
