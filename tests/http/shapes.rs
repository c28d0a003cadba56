//! Each chat shape over HTTP, in requests and responses: secrets are masked wherever the protocol carries text, every
//! other byte stays.

use http::Request;
use lastfour::Engine;
use lastfour::chat::{AllStrings, Anthropic, ChatShape, Generic, Matrix, OpenAi};
use lastfour::middleware::RedactLayer;

use crate::support::{MASK, SECRET, answer, ask, echo, serve};

/// `@` stands for a secret in text, `#` for a number that looks like one where the protocol carries no text.
async fn both_ways(shape: impl ChatShape + Clone, request: &str, response: &str) {
    let spelled = |sample: &str, text: &str| sample.replace('@', text).replace('#', &SECRET.replace(' ', ""));
    let layer = || RedactLayer::both(Engine::default()).shape(shape.clone());
    let json = vec![("content-type", "application/json".to_owned())];
    let post = || Request::post("/").header("content-type", "application/json");
    let requests = serve(RedactLayer::requests(Engine::default()).shape(shape.clone()), echo).await;
    let seen = ask(requests, false, post(), spelled(request, SECRET)).await;
    assert_eq!(seen.text(), spelled(request, MASK));
    let responses = serve(layer(), answer(json, spelled(response, SECRET))).await;
    let seen = ask(responses, true, post(), spelled(request, SECRET)).await;
    assert_eq!(seen.text(), spelled(response, MASK));
}

#[tokio::test]
async fn a_chat_server_of_ones_own() {
    both_ways(
        Generic::default(),
        r##"{"id":"#","conversation":"c","message":{"author":{"role":"customer","name":"@"},"text":"my card: @"}}"##,
        r##"{"messages":[{"id":"#","body":"@","sent":1.50e3},{"content":["@",{"text":"@"}]}],"next":null}"##,
    )
    .await;
}

#[tokio::test]
async fn documents_of_which_nothing_is_known() {
    both_ways(AllStrings, r#"{"a":"@","b":["@",{"c":"@"}],"n":12}"#, r#"["@"]"#).await;
}

#[tokio::test]
async fn openai_chat_completions() {
    both_ways(
        OpenAi,
        r##"{"model":"#","messages":[{"role":"developer","content":"@"},{"role":"user","content":[{"type":"text","text":"@"}]},
        {"role":"assistant","content":"@","tool_calls":[{"id":"#","type":"function","function":{"name":"#","arguments":"{\"q\":\"@\"}"}}]},
        {"role":"tool","content":"@","tool_call_id":"#"}],"stream":false,"tools":[{"function":{"description":"#"}}]}"##,
        r##"{"id":"#","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"@","refusal":"@",
        "reasoning_content":"@"},"logprobs":null,"finish_reason":"stop"},{"index":1,"message":{"role":"assistant","content":null,
        "tool_calls":[{"id":"#","function":{"name":"#","arguments":"{\"a\":[\"@\",1.50]}"}}]}}],"usage":{"total_tokens":9}}"##,
    )
    .await;
}

#[tokio::test]
async fn openai_responses() {
    both_ways(
        OpenAi,
        r##"{"model":"#","instructions":"@","input":[{"role":"user","content":[{"type":"input_text","text":"@"},
        {"type":"input_image","image_url":"#"}]},{"type":"function_call","call_id":"#","arguments":"{\"x\":\"@\"}"},
        {"type":"function_call_output","call_id":"#","output":"@"}],"previous_response_id":"#"}"##,
        r##"{"id":"#","output":[{"type":"reasoning","id":"#","summary":[{"type":"summary_text","text":"@"}],"encrypted_content":"#"},
        {"type":"message","role":"assistant","content":[{"type":"output_text","text":"@","annotations":[]},{"type":"refusal","refusal":"@"}]}]}"##,
    )
    .await;
}

#[tokio::test]
async fn anthropic_messages() {
    both_ways(
        Anthropic,
        r##"{"model":"#","system":"@","messages":[{"role":"user","content":"@"},{"role":"assistant","content":[{"type":"text","text":"@"},
        {"type":"tool_use","id":"#","name":"#","input":{"to":"@"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"#",
        "content":"@"}]}],"max_tokens":100}"##,
        r##"{"id":"#","type":"message","role":"assistant","content":[{"type":"thinking","thinking":"@","signature":"#"},
        {"type":"text","text":"@"},{"type":"tool_use","id":"#","name":"#","input":{"a":{"b":["@"]}}}],"usage":{"output_tokens":3}}"##,
    )
    .await;
}

#[tokio::test]
async fn matrix_events() {
    both_ways(
        Matrix,
        r##"{"msgtype":"m.text","body":"@","format":"org.matrix.custom.html","formatted_body":"<p>@</p>","m.new_content":
        {"body":"@","formatted_body":"<em>@</em>","msgtype":"m.text"},"m.relates_to":{"rel_type":"m.replace","event_id":"#"}}"##,
        r##"{"next_batch":"#","rooms":{"join":{"#":{"timeline":{"events":[{"sender":"#","content":{"body":"@","topic":"@"},
        "event_id":"#"},{"content":{"ciphertext":"#"},"type":"m.room.encrypted"}]}}}}}"##,
    )
    .await;
}
