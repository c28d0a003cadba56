//! Heap allocations of a scan.

use lastfour::{Conversation, Engine, Message};

/// Plain ASCII messages, with harmless numbers.
const CLEAN: [&str; 12] = [
    "hi, I still have not received my replacement card",
    "sure, the ZIP code is 10285 and the last four are 0005",
    "my order 112-1234567-1234567 was $1,234.56 on 2026-10-08",
    "I forgot my password and the verification code never came",
    "call me at (212) 555-0123 after 6 pm, or 1-800-528-4800",
    "case CASE-00012345, flight AA 1024, seat 22F",
    "the error is 4021: \"code not valid\"",
    "thanks!",
    "Sounds great, let me look into that and get back to you",
    "What time does the flight leave, and from which terminal?",
    "ordered 3 of them for $86.20 at 10:47, my zip is 10285-0001",
    "dos mesas para las siete, por favor, muchas gracias",
];

#[test]
fn a_clean_ascii_message_costs_no_allocation() {
    let engine = Engine::default();
    let mut conversation = Conversation::new();
    let mut scan = || {
        for text in CLEAN {
            let outcome = engine.scan(&mut conversation, &Message::customer(text));
            assert!(outcome.findings.is_empty(), "{text}");
        }
    };
    // Tables that are built on first use are built here.
    scan();
    assert_eq!(allocation_counter::measure(scan).count_total, 0);
}

#[test]
fn a_plain_message_of_any_length_costs_no_allocation() {
    let engine = Engine::default();
    let text = "Sounds great, I will look into that. ".repeat(1000);
    let scan = || assert!(engine.scan(&mut Conversation::new(), &Message::customer(&text)).findings.is_empty());
    scan();
    assert_eq!(allocation_counter::measure(scan).count_total, 0);
}

#[test]
fn the_allocations_of_a_message_are_counted() {
    // Proves that the counter works. Otherwise the test above could pass without one.
    assert_ne!(allocation_counter::measure(|| drop(std::hint::black_box(vec![1u8]))).count_total, 0);
}
