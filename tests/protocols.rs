//! The law of streams: at no moment does the output received so far contain more of a secret than its mask shows.
//!
//! Answers are streamed through a [`Filter`] in the protocols that servers use, cut into tokens in several ways. The
//! filter is not told the protocol, and then it is, if there is a shape for it. One client joins the texts as the protocol says. A second client joins the values
//! of each field.

use std::collections::BTreeMap;

use lastfour::chat::DynShape;
use lastfour::{BodyFormat, Conversation, Engine, Filter, Message, Role};
use serde_json::Value;

/// A protocol.
struct Protocol {
    name: &'static str,
    framing: Framing,
    /// Events before the answer.
    head: &'static [&'static str],
    /// The events of a token, used in turn. Placeholders: `@` the token, `^` the answer so far, `#` a counter, each escaped
    /// for JSON; `%` the token as it is; `~` the token as a JSON value, a number if it can be one.
    each: &'static [&'static str],
    /// Events after the answer. `^` is the whole answer.
    tail: &'static [&'static str],
    /// JSON pointers to the text. After `=` the text replaces the earlier text; otherwise it is appended. A name before
    /// `|` restricts the pointer to events of that name.
    text: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq)]
enum Framing {
    /// Server-sent events; `data: ` is added to what has no field name.
    Events,
    /// Lines of JSON.
    Lines,
    /// A JSON text sequence.
    Sequence,
    /// The elements of one JSON array.
    Array,
    /// Lines in a text body.
    TextLines,
    /// Lines in a body that is declared as one JSON document.
    JsonLines,
    /// A text body.
    Chunks,
}

const fn events(
    name: &'static str,
    each: &'static [&'static str],
    tail: &'static [&'static str],
    text: &'static [&'static str],
) -> Protocol {
    Protocol { name, framing: Framing::Events, head: &[], each, tail, text }
}

const fn lines(
    name: &'static str,
    framing: Framing,
    each: &'static [&'static str],
    tail: &'static [&'static str],
    text: &'static [&'static str],
) -> Protocol {
    Protocol { name, framing, head: &[], each, tail, text }
}

const PROTOCOLS: &[Protocol] = &[
    events(
        "openai chat",
        &[
            r#"{"id":"chatcmpl-a","object":"chat.completion.chunk","created":1714550400,"model":"m","choices":[{"index":0,"delta":{"content":"@"},"finish_reason":null}]}"#,
        ],
        &[
            r#"{"id":"chatcmpl-a","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            "[DONE]",
        ],
        &["/choices/0/delta/content"],
    ),
    events(
        "openai chat with reasoning",
        &[
            r#"{"id":"chatcmpl-a","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"@"}}]}"#,
        ],
        &["[DONE]"],
        &["/choices/0/delta/reasoning_content"],
    ),
    events(
        "openai completions",
        &[
            r#"{"id":"cmpl-a","object":"text_completion","created":1714550400,"choices":[{"text":"@","index":0,"logprobs":null,"finish_reason":null}],"model":"m"}"#,
        ],
        &["[DONE]"],
        &["/choices/0/text"],
    ),
    events(
        "openai responses",
        &[
            "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":#,\"item_id\":\"msg_a\",\"output_index\":0,\"content_index\":0,\"delta\":\"@\"}",
        ],
        &[
            "event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\",\"item_id\":\"msg_a\",\"output_index\":0,\"content_index\":0,\"text\":\"^\"}",
            "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_a\",\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"^\"}]}]}}",
        ],
        &["/delta", "=/text", "=/response/output/0/content/0/text"],
    ),
    events(
        "openai assistants",
        &[
            "event: thread.message.delta\ndata: {\"id\":\"msg_a\",\"object\":\"thread.message.delta\",\"delta\":{\"content\":[{\"index\":0,\"type\":\"text\",\"text\":{\"value\":\"@\"}}]}}",
        ],
        &[
            "event: thread.message.completed\ndata: {\"id\":\"msg_a\",\"object\":\"thread.message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":{\"value\":\"^\",\"annotations\":[]}}]}",
            "event: done\ndata: [DONE]",
        ],
        &["/delta/content/0/text/value", "=/content/0/text/value"],
    ),
    events(
        "anthropic",
        &[
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"@\"}}",
        ],
        &[
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}",
            "event: message_stop\ndata: {\"type\":\"message_stop\"}",
        ],
        &["/delta/text"],
    ),
    events(
        "anthropic thinking",
        &[
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"@\"}}",
        ],
        &["event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}"],
        &["/delta/thinking"],
    ),
    events(
        "gemini",
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":"@"}],"role":"model"}}],"usageMetadata":{"promptTokenCount":4,"totalTokenCount":#},"modelVersion":"gemini-pro","responseId":"rA"}"#,
        ],
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP"}],"responseId":"rA"}"#,
        ],
        &["/candidates/0/content/parts/0/text"],
    ),
    lines(
        "gemini array",
        Framing::Array,
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":"@"}],"role":"model"}}],"usageMetadata":{"promptTokenCount":4}}"#,
        ],
        &[r#"{"candidates":[{"finishReason":"STOP"}]}"#],
        &["/candidates/0/content/parts/0/text"],
    ),
    lines(
        "ollama generate",
        Framing::Lines,
        &[r#"{"model":"llama","created_at":"2024-05-01T10:00:00.123456Z","response":"@","done":false}"#],
        &[
            r#"{"model":"llama","created_at":"2024-05-01T10:00:09.123456Z","response":"","done":true,"done_reason":"stop","context":[1,2,3],"total_duration":4935886791}"#,
        ],
        &["/response"],
    ),
    lines(
        "ollama chat",
        Framing::Lines,
        &[
            r#"{"model":"llama","created_at":"2024-05-01T10:00:00.123456Z","message":{"role":"assistant","content":"@"},"done":false}"#,
        ],
        &[
            r#"{"model":"llama","created_at":"2024-05-01T10:00:09.123456Z","message":{"role":"assistant","content":""},"done":true}"#,
        ],
        &["/message/content"],
    ),
    lines(
        "ollama as text",
        Framing::TextLines,
        &[r#"{"model":"llama","created_at":"2024-05-01T10:00:00.123456Z","response":"@","done":false}"#],
        &[r#"{"model":"llama","response":"","done":true}"#],
        &["/response"],
    ),
    lines(
        "ollama as json",
        Framing::JsonLines,
        &[r#"{"model":"llama","created_at":"2024-05-01T10:00:00.123456Z","response":"@","done":false}"#],
        &[r#"{"model":"llama","response":"","done":true}"#],
        &["/response"],
    ),
    lines(
        "cohere v1",
        Framing::Lines,
        &[r#"{"is_finished":false,"event_type":"text-generation","text":"@"}"#],
        &[
            r#"{"is_finished":true,"event_type":"stream-end","response":{"response_id":"a","text":"^","generation_id":"b"},"finish_reason":"COMPLETE"}"#,
        ],
        &["/text", "=/response/text"],
    ),
    events(
        "cohere v2",
        &[
            "event: content-delta\ndata: {\"type\":\"content-delta\",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\"@\"}}}}",
        ],
        &["event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"COMPLETE\"}}"],
        &["/delta/message/content/text"],
    ),
    events(
        "mistral",
        &[
            r#"{"id":"cmpl-a","object":"chat.completion.chunk","model":"mistral","choices":[{"index":0,"delta":{"role":"assistant","content":"@"},"finish_reason":null,"logprobs":null}]}"#,
        ],
        &["[DONE]"],
        &["/choices/0/delta/content"],
    ),
    events(
        "ai21",
        &[r#"{"id":"cmpl-a","choices":[{"index":0,"delta":{"content":"@"},"logprobs":null,"finish_reason":null}]}"#],
        &["[DONE]"],
        &["/choices/0/delta/content"],
    ),
    events(
        "hugging face tgi",
        &[
            r#"{"index":#,"token":{"id":453,"text":"@","logprob":-0.25,"special":false},"generated_text":null,"details":null}"#,
        ],
        &[
            r#"{"index":99,"token":{"id":2,"text":"</s>","logprob":-0.25,"special":true},"generated_text":"^","details":null}"#,
        ],
        &["/token/text", "=/generated_text"],
    ),
    events(
        "vllm",
        &[
            r#"{"id":"cmpl-a","object":"text_completion","created":1714550400,"model":"m","choices":[{"index":0,"text":"@","logprobs":null,"finish_reason":null,"stop_reason":null}],"usage":null}"#,
        ],
        &["[DONE]"],
        &["/choices/0/text"],
    ),
    events(
        "llama.cpp",
        &[r#"{"index":0,"content":"@","tokens":[453],"stop":false,"id_slot":-1,"tokens_predicted":#}"#],
        &[r#"{"index":0,"content":"","stop":true}"#],
        &["/content"],
    ),
    events(
        "dify",
        &[
            r#"{"event":"message","conversation_id":"ca","message_id":"ma","created_at":1714550400,"task_id":"ta","id":"ma","answer":"@"}"#,
        ],
        &[r#"{"event":"message_end","conversation_id":"ca","message_id":"ma","id":"ma","metadata":{}}"#],
        &["/answer"],
    ),
    events(
        "coze",
        &[
            "event:conversation.message.delta\ndata:{\"id\":\"ma\",\"conversation_id\":\"ca\",\"bot_id\":\"ba\",\"role\":\"assistant\",\"type\":\"answer\",\"content\":\"@\",\"content_type\":\"text\",\"chat_id\":\"xa\"}",
        ],
        &[
            "event:conversation.message.completed\ndata:{\"id\":\"ma\",\"conversation_id\":\"ca\",\"bot_id\":\"ba\",\"role\":\"assistant\",\"type\":\"answer\",\"content\":\"^\",\"content_type\":\"text\",\"chat_id\":\"xa\"}",
            "event:done\ndata:[DONE]",
        ],
        &["conversation.message.delta|/content", "conversation.message.completed|=/content"],
    ),
    events(
        "a2a",
        &[
            r#"{"jsonrpc":"2.0","id":1,"result":{"kind":"artifact-update","taskId":"ta","contextId":"ca","artifact":{"artifactId":"aa","parts":[{"kind":"text","text":"@"}]},"append":true,"lastChunk":false}}"#,
        ],
        &[
            r#"{"jsonrpc":"2.0","id":1,"result":{"kind":"status-update","taskId":"ta","contextId":"ca","status":{"state":"completed"},"final":true}}"#,
        ],
        &["/result/artifact/parts/0/text"],
    ),
    events(
        "langgraph messages",
        &[
            "event: messages\ndata: [{\"content\":\"@\",\"additional_kwargs\":{},\"response_metadata\":{},\"type\":\"AIMessageChunk\",\"id\":\"run-a\",\"tool_calls\":[]},{\"langgraph_step\":1,\"langgraph_node\":\"agent\"}]",
        ],
        &["event: end\ndata: null"],
        &["/0/content"],
    ),
    events(
        "langgraph messages/partial",
        &[
            "event: messages/partial\ndata: [{\"content\":\"^\",\"additional_kwargs\":{},\"type\":\"ai\",\"id\":\"run-a\"}]",
        ],
        &[
            "event: messages/complete\ndata: [{\"content\":\"^\",\"additional_kwargs\":{},\"type\":\"ai\",\"id\":\"run-a\"}]",
            "event: end\ndata: null",
        ],
        &["=/0/content"],
    ),
    events("langserve", &["event: data\ndata: \"@\""], &["event: end"], &[""]),
    events(
        "langserve messages",
        &[
            "event: data\ndata: {\"content\":\"@\",\"additional_kwargs\":{},\"type\":\"AIMessageChunk\",\"name\":null,\"id\":null}",
        ],
        &["event: end"],
        &["/content"],
    ),
    events(
        "langserve astream_log",
        &[
            "event: data\ndata: {\"ops\":[{\"op\":\"add\",\"path\":\"/logs/LLM/streamed_output_str/-\",\"value\":\"@\"},{\"op\":\"add\",\"path\":\"/streamed_output/-\",\"value\":\"@\"}]}",
        ],
        &[
            "event: data\ndata: {\"ops\":[{\"op\":\"replace\",\"path\":\"/final_output\",\"value\":\"^\"}]}",
            "event: end",
        ],
        &["/ops/1/value"],
    ),
    events(
        "langchain events",
        &[
            r#"{"event":"on_chat_model_stream","run_id":"ra","name":"ChatModel","data":{"chunk":{"content":"@","id":"run-a"}},"metadata":{"ls_provider":"x"}}"#,
        ],
        &[r#"{"event":"on_chat_model_end","run_id":"ra","data":{"output":{"content":"^"}}}"#],
        &["/data/chunk/content", "=/data/output/content"],
    ),
    events(
        "copilot studio",
        &[
            r#"{"type":"typing","id":"aa","channelData":{"streamType":"streaming","streamSequence":#,"streamId":"sa"},"from":{"role":"bot"},"text":"^"}"#,
        ],
        &[
            r#"{"type":"message","id":"ab","channelData":{"streamType":"final","streamId":"sa"},"from":{"role":"bot"},"text":"^"}"#,
        ],
        &["=/text"],
    ),
    events("gradio", &["event: generating\ndata: [\"^\"]"], &["event: complete\ndata: [\"^\"]"], &["=/0"]),
    Protocol {
        name: "poe",
        framing: Framing::Events,
        head: &["event: meta\ndata: {\"content_type\":\"text/markdown\"}"],
        each: &["event: text\ndata: {\"text\":\"@\"}"],
        tail: &["event: replace_response\ndata: {\"text\":\"^\"}", "event: done\ndata: {}"],
        text: &["text|/text", "replace_response|=/text"],
    },
    events(
        "poe replace",
        &["event: replace_response\ndata: {\"text\":\"^\"}"],
        &["event: done\ndata: {}"],
        &["=/text"],
    ),
    Protocol {
        name: "ai sdk data stream",
        framing: Framing::TextLines,
        head: &["f:{\"messageId\":\"msg-a\"}"],
        each: &["0:\"@\""],
        tail: &[
            "e:{\"finishReason\":\"stop\",\"usage\":{\"promptTokens\":10,\"completionTokens\":4}}",
            "d:{\"finishReason\":\"stop\"}",
        ],
        text: &[""],
    },
    events(
        "ai sdk ui stream",
        &[r#"{"type":"text-delta","id":"0","delta":"@"}"#],
        &[r#"{"type":"text-end","id":"0"}"#, r#"{"type":"finish"}"#, "[DONE]"],
        &["/delta"],
    ),
    events("ai sdk textDelta", &[r#"{"type":"text-delta","textDelta":"@"}"#], &["[DONE]"], &["/textDelta"]),
    Protocol {
        name: "llamaindex",
        framing: Framing::TextLines,
        head: &["8:[{\"type\":\"events\",\"data\":{\"title\":\"Retrieving\"}}]"],
        each: &["0:\"@\""],
        tail: &[],
        text: &[""],
    },
    events(
        "ag-ui",
        &[r#"{"type":"TEXT_MESSAGE_CONTENT","messageId":"ma","delta":"@"}"#],
        &[r#"{"type":"TEXT_MESSAGE_END","messageId":"ma"}"#],
        &["/delta"],
    ),
    events(
        "bedrock converse",
        &[r#"{"contentBlockDelta":{"delta":{"text":"@"},"contentBlockIndex":0}}"#],
        &[r#"{"contentBlockStop":{"contentBlockIndex":0}}"#, r#"{"messageStop":{"stopReason":"end_turn"}}"#],
        &["/contentBlockDelta/delta/text"],
    ),
    lines(
        "bedrock titan",
        Framing::Lines,
        &[r#"{"outputText":"@","index":0,"totalOutputTextTokenCount":null,"completionReason":null}"#],
        &[r#"{"outputText":"","index":0,"completionReason":"FINISH"}"#],
        &["/outputText"],
    ),
    lines(
        "bedrock llama",
        Framing::Lines,
        &[r#"{"generation":"@","prompt_token_count":null,"generation_token_count":#,"stop_reason":null}"#],
        &[r#"{"generation":"","stop_reason":"stop"}"#],
        &["/generation"],
    ),
    events(
        "watsonx",
        &[
            "id: #\nevent: message\ndata: {\"model_id\":\"m\",\"created_at\":\"2024-05-01T10:00:00.123Z\",\"results\":[{\"generated_text\":\"@\",\"generated_token_count\":#,\"input_token_count\":0,\"stop_reason\":\"not_finished\"}]}",
        ],
        &[],
        &["/results/0/generated_text"],
    ),
    Protocol {
        name: "flowise",
        framing: Framing::Events,
        head: &[r#"{"event":"start","data":""}"#],
        each: &[r#"{"event":"token","data":"@"}"#],
        tail: &[r#"{"event":"end","data":"[DONE]"}"#],
        text: &["/data"],
    },
    events(
        "mcp log",
        &[
            "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"logger\":\"x\",\"data\":\"@\"}}",
        ],
        &[],
        &["/params/data"],
    ),
    events(
        "mcp progress",
        &[
            "event: message\nid: #\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"pa\",\"progress\":#,\"message\":\"@\"}}",
        ],
        &[],
        &["/params/message"],
    ),
    lines("json-seq", Framing::Sequence, &[r#"{"delta":"@"}"#], &[r#"{"done":true}"#], &["/delta"]),
    lines("json-seq text", Framing::Sequence, &[r#"{"id":"a","text":"@"}"#], &[], &["/text"]),
    lines("lines delta", Framing::Lines, &[r#"{"delta":"@"}"#], &[], &["/delta"]),
    lines("lines token", Framing::Lines, &[r#"{"token":"@"}"#], &[], &["/token"]),
    lines("lines of strings", Framing::Lines, &[r#""@""#], &[], &[""]),
    events("plain data", &["%"], &["[DONE]"], &[""]),
    events("plain data with ids", &["id: #\ndata: %"], &[], &[""]),
    events("plain data with names", &["event: token\ndata: %"], &["event: end\ndata: x"], &["token|"]),
    lines("chunks", Framing::Chunks, &["%"], &[], &[""]),
    events("id beside", &[r##"{"id":"#","text":"@"}"##], &[], &["/text"]),
    events("same id beside", &[r#"{"id":"a","text":"@"}"#], &[], &["/text"]),
    events("role beside", &[r#"{"role":"assistant","content":"@"}"#], &[], &["/content"]),
    events(
        "sender beside",
        &[r#"{"message":{"sender":{"name":"Ann","id":"u-a"},"body":"@"}}"#],
        &[],
        &["/message/body"],
    ),
    events("user and event id", &["id: #\ndata: {\"user\":\"ann\",\"msg\":\"@\"}"], &[], &["/msg"]),
    events("numbers as tokens", &[r#"{"token":~}"#], &[], &["/token"]),
    events("numbers as deltas", &[r#"{"delta":~}"#], &[], &["/delta"]),
    events("numbers as chunks", &[r#"{"chunk":~,"n":#}"#], &[], &["/chunk"]),
    events("is_final in each", &[r#"{"text":"@","is_final":true}"#], &[], &["/text"]),
    events("done in each", &[r#"{"response":"@","done":true}"#], &[], &["/response"]),
    events(
        "finish_reason in each",
        &[r#"{"choices":[{"index":0,"delta":{"content":"@"},"finish_reason":"stop"}]}"#],
        &[],
        &["/choices/0/delta/content"],
    ),
    events("named done", &["event: done\ndata: {\"text\":\"@\"}"], &[], &["/text"]),
    events("names in turn", &["event: a\ndata: {\"text\":\"@\"}", "event: b\ndata: {\"text\":\"@\"}"], &[], &["/text"]),
    events("plain data, names in turn", &["event: a\ndata: %", "event: b\ndata: %"], &[], &[""]),
    events("two documents in one event", &[r#"[{"delta":"@"},{"delta":""}]"#], &[], &["/0/delta"]),
    events("list of words", &[r#"["text","@"]"#], &[], &["/1"]),
    events("whole answer at the end", &[r#"{"text":"@"}"#], &[r#"{"text":"^","final":true}"#], &["/text", "=/text"]),
    events(
        "whole answer at the end elsewhere",
        &[r#"{"type":"tok","w":"@"}"#],
        &[r#"{"type":"sum","all":"^"}"#],
        &["/w", "=/all"],
    ),
    events("own name", &[r#"{"w":"@"}"#], &[], &["/w"]),
    events("own name inside", &[r#"{"kind":"x","n":#,"payload":{"lang":"en","t":"@"}}"#], &[], &["/payload/t"]),
    lines(
        "own name in lines",
        Framing::Lines,
        &[r#"{"ok":true,"piece_of_answer":"@","at":"2024-05-01T10:00:00Z"}"#],
        &[],
        &["/piece_of_answer"],
    ),
    events("own name, snapshots", &[r#"{"seen":"^"}"#], &[], &["=/seen"]),
    events("snapshots with ids", &[r#"{"id":"a","role":"assistant","content":"^"}"#], &[], &["=/content"]),
    lines("snapshots in lines", Framing::Lines, &[r#"{"output":"^"}"#], &[], &["=/output"]),
    events("chatgpt patches", &[r#"{"v":"@"}"#], &["[DONE]"], &["/v"]),
];

/// How an answer is split into tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tokens {
    SingleDigits,
    ThreeDigits,
    Groups,
    LeadingBlanks,
    TrailingBlanks,
    One,
}

const TOKENS: [Tokens; 6] = [
    Tokens::SingleDigits,
    Tokens::ThreeDigits,
    Tokens::Groups,
    Tokens::LeadingBlanks,
    Tokens::TrailingBlanks,
    Tokens::One,
];

impl Tokens {
    fn of(self, text: &str) -> Vec<String> {
        let mut tokens: Vec<String> = Vec::new();
        let mut last = None;
        for c in text.chars() {
            let token = tokens.last().map_or("", String::as_str);
            let wide = |c: char| !c.is_ascii() && !c.is_numeric();
            // Scripts without spaces are split into tokens of two letters.
            let splits_letters = last.is_some_and(wide) != wide(c) || wide(c) && token.chars().count() >= 2;
            let digits = token.chars().rev().take_while(char::is_ascii_digit).count();
            let after_digit = last.is_some_and(|last: char| last.is_ascii_digit());
            let starts = match self {
                Self::One => false,
                Self::LeadingBlanks => c == ' ' || splits_letters,
                Self::TrailingBlanks => last == Some(' ') || splits_letters,
                Self::SingleDigits => c == ' ' || c.is_ascii_digit() || after_digit || splits_letters,
                Self::ThreeDigits => c == ' ' || c.is_ascii_digit() != after_digit || digits >= 3 || splits_letters,
                Self::Groups => {
                    c.is_ascii_digit() && !after_digit
                        || digits >= 4 && c.is_ascii_digit()
                        || last == Some(' ')
                        || splits_letters
                }
            };
            if starts || tokens.is_empty() {
                tokens.push(String::new());
            }
            tokens.last_mut().unwrap().push(c);
            last = Some(c);
        }
        tokens
    }
}

/// An answer and the digits of its secret that the mask shows; `None` if it holds no secret.
type Answer = (&'static str, Option<&'static str>);

const ANSWERS: &[Answer] = &[
    ("It is 4539578763621486.", Some("1486")),
    ("Sure: 4539-5787-6362-1486", Some("1486")),
    ("The card that we have on file for you is 4539 5787 6362 1486, thanks.", Some("1486")),
    ("Your SSN is 512-48-7736, right?", Some("7736")),
    ("The CVV is 912.", Some("")),
    ("Cvv: 912", Some("")),
    ("您的卡号是4539578763621486。", Some("1486")),
    ("カード番号は4539578763621486です。", Some("1486")),
    ("หมายเลขบัตรคือ 4539578763621486 ค่ะ", Some("1486")),
    ("Order 4539578763621487 is on its way.", None),
    ("Call us at 512-555-0136 today, thanks.", None),
    ("There are 912 of them, from $45.20 in 2024.", None),
    ("We open at 10:30 and have 12 rooms.", None),
    ("您的订单号是81772。", None),
];

/// The chunks of bytes of a stream.
fn stream(protocol: &Protocol, tokens: &[String]) -> Vec<String> {
    let mut all = String::new();
    let mut documents: Vec<String> = protocol.head.iter().map(|event| (*event).to_owned()).collect();
    let fill = |template: &str, token: &str, all: &str, n: usize| {
        let escaped = |text: &str| lastfour::json::escape(text);
        let number = !token.is_empty() && !token.starts_with('0') && token.bytes().all(|b| b.is_ascii_digit());
        let value = if number { token.to_owned() } else { format!("\"{}\"", escaped(token)) };
        let mut filled = String::new();
        for c in template.chars() {
            match c {
                '@' => filled.push_str(&escaped(token)),
                '^' => filled.push_str(&escaped(all)),
                '#' => filled.push_str(&(n + 7).to_string()),
                '%' => filled.push_str(token),
                '~' => filled.push_str(&value),
                c => filled.push(c),
            }
        }
        filled
    };
    for (n, token) in tokens.iter().enumerate() {
        all.push_str(token);
        documents.push(fill(protocol.each[n % protocol.each.len()], token, &all, n));
    }
    documents.extend(protocol.tail.iter().map(|event| fill(event, "", &all, tokens.len())));
    let last = documents.len() - 1;
    let frame = |(n, document): (usize, String)| match protocol.framing {
        Framing::Events if ["data:", "event:", "id:"].iter().any(|field| document.starts_with(field)) => {
            document + "\n\n"
        }
        Framing::Events => format!("data: {document}\n\n"),
        Framing::Lines | Framing::TextLines | Framing::JsonLines => document + "\n",
        Framing::Sequence => format!("\u{1e}{document}\n"),
        Framing::Array => {
            format!("{}{document}{}", if n == 0 { "[" } else { ",\n" }, if n == last { "]" } else { "" })
        }
        Framing::Chunks => document,
    };
    documents.into_iter().enumerate().map(frame).collect()
}

/// The name of the shape for a protocol, if it has one in which text stays in its events.
fn shape(protocol: &Protocol) -> Option<&'static str> {
    let named = [
        ("openai assistants", "openai"),
        ("gemini", "gemini"),
        ("ollama", "ollama"),
        ("ai sdk", "vercel"),
        ("cohere", "cohere"),
        ("bedrock", "bedrock"),
    ];
    named.into_iter().find(|(start, _)| protocol.name.starts_with(start)).map(|(_, shape)| shape)
}

fn filter(protocol: &Protocol, shape: DynShape) -> Filter {
    let format = match protocol.framing {
        Framing::Events => BodyFormat::Events,
        Framing::Lines | Framing::Sequence => BodyFormat::Ndjson,
        Framing::Array | Framing::JsonLines => BodyFormat::Json,
        Framing::TextLines | Framing::Chunks => BodyFormat::Text,
    };
    Filter::new(Engine::default(), format).role(Role::Bot).shape(shape)
}

/// The name and the data of each complete event.
fn events_of(protocol: &Protocol, out: &str) -> Vec<(String, String)> {
    let mut units: Vec<(String, String)> = Vec::new();
    match protocol.framing {
        Framing::Events => {
            let complete = out.rfind("\n\n").map_or("", |end| &out[..end + 2]);
            for event in complete.split_terminator("\n\n") {
                let field = |name: &str| {
                    let values = event.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
                    values.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect::<Vec<_>>().join("\n")
                };
                units.push((field("event"), field("data")));
            }
        }
        Framing::Array => {
            let closed = if out.ends_with(']') || out.is_empty() { out.to_owned() } else { out.to_owned() + "]" };
            if let Ok(Value::Array(elements)) = serde_json::from_str(&closed) {
                units.extend(elements.iter().map(|element| (String::new(), element.to_string())));
            }
        }
        Framing::Chunks => units.push((String::new(), out.to_owned())),
        _ => {
            let complete = out.rfind('\n').map_or("", |end| &out[..=end]);
            for line in complete.lines() {
                let line = line.trim_start_matches('\u{1e}');
                let prefix = line.find(':').filter(|at| protocol.framing == Framing::TextLines && *at < 2);
                units.push(match prefix {
                    Some(at) => (line[..at].to_owned(), line[at + 1..].to_owned()),
                    None => (String::new(), line.to_owned()),
                });
            }
        }
    }
    units
}

/// Returns what a client of the protocol shows, and what a client shows that joins the values of each field.
fn shown(protocol: &Protocol, out: &str) -> (String, BTreeMap<String, String>) {
    let mut text = String::new();
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for (name, data) in events_of(protocol, out) {
        let document: Value = match serde_json::from_str(&data) {
            Ok(Value::Number(_)) | Err(_) => Value::String(data),
            Ok(document) => document,
        };
        for at in protocol.text {
            let (only, at) = at.split_once('|').map_or((None, *at), |(only, at)| (Some(only), at));
            let (whole, at) = at.strip_prefix('=').map_or((false, at), |at| (true, at));
            if only.is_some_and(|only| only != name)
                || protocol.framing == Framing::TextLines && at.is_empty() && name != "0"
            {
                continue;
            }
            let value = match document.pointer(at) {
                Some(Value::String(value)) => value.clone(),
                Some(Value::Number(value)) => value.to_string(),
                _ => continue,
            };
            if value == "[DONE]" {
                continue;
            }
            if whole {
                text.clear();
            }
            text.push_str(&value);
        }
        join(&document, String::new(), &mut fields);
    }
    (text, fields)
}

fn join(value: &Value, at: String, fields: &mut BTreeMap<String, String>) {
    match value {
        Value::String(text) => fields.entry(at).or_default().push_str(text),
        Value::Number(number) => fields.entry(at).or_default().push_str(&number.to_string()),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(n, element)| join(element, format!("{at}/{n}"), fields));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| join(member, format!("{at}/{name}"), fields));
        }
        _ => {}
    }
}

/// The digits of a text that its mask does not show.
fn digits(text: &str, mask: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if mask.is_empty() { digits } else { digits.replace(mask, "") }
}

/// Returns what breaks the law, or `None` if it holds.
fn broken(protocol: &Protocol, shape: DynShape, answer: Answer, tokens: Tokens) -> Option<String> {
    let (text, mask) = answer;
    let chunks = stream(protocol, &tokens.of(text));
    let whole = chunks.concat();
    let (_, fields) = shown(protocol, &whole);
    let mut filter = filter(protocol, shape);
    let mut out = Vec::new();
    for n in 0..=chunks.len() {
        let done = match chunks.get(n) {
            Some(chunk) => filter.push(chunk.as_bytes(), &mut out),
            None => filter.finish(&mut out),
        };
        if let Err(error) = done {
            return Some(error.to_string());
        }
        let Some(mask) = mask else { continue };
        let out = std::str::from_utf8(&out).unwrap_or_default();
        let (text, now) = shown(protocol, out);
        if !digits(&text, mask).is_empty() {
            return Some(format!("shows {text:?}"));
        }
        for (at, value) in now {
            // Fields that contain digits of their own.
            let own = [
                "created",
                "id",
                "id_slot",
                "index",
                "count",
                "jsonrpc",
                "n",
                "at",
                "sequence_number",
                "progress",
                "duration",
                "step",
                "Sequence",
                "Tokens",
                "predicted",
                "logprob",
                "tokens",
                "context",
            ];
            let name = at.rsplit('/').find(|name| name.parse::<u32>().is_err()).unwrap_or_default();
            let is_own = own.iter().any(|own| {
                name == *own || own.len() > 2 && name.to_ascii_lowercase().contains(&own.to_ascii_lowercase())
            });
            if !is_own && fields.contains_key(&at) && !digits(&value, mask).is_empty() {
                return Some(format!("{at} shows {value:?}"));
            }
        }
    }
    let out = String::from_utf8(out).unwrap();
    let (seen, _) = shown(protocol, &out);
    let scanned = Engine::default().scan(&mut Conversation::new(), &Message::new(Role::Bot, text));
    let expected = scanned.redact(text);
    if seen != expected {
        return Some(format!("ends as {seen:?}"));
    }
    if mask.is_none() && out != whole {
        return Some("changes bytes".to_owned());
    }
    None
}

#[test]
fn no_client_of_any_protocol_sees_more_of_a_secret_than_its_mask_shows() {
    let mut failures = Vec::new();
    let (mut all, mut protocols) = (0, 0);
    for protocol in PROTOCOLS {
        let before = failures.len();
        for tokens in TOKENS {
            for answer in ANSWERS {
                for name in ["generic"].into_iter().chain(shape(protocol)) {
                    all += 1;
                    if let Some(what) = broken(protocol, DynShape::named(name).unwrap(), *answer, tokens) {
                        failures.push(format!("{} as {name}, {tokens:?}: {:?} {what}", protocol.name, answer.0));
                    }
                }
            }
        }
        protocols += usize::from(failures.len() == before);
    }
    assert!(
        failures.is_empty(),
        "{} of {} protocols hold, {} of {all} streams:\n{}",
        protocols,
        PROTOCOLS.len(),
        all - failures.len(),
        failures.join("\n")
    );
}
