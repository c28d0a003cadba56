//! Generates the service without `protoc`, which needs to be installed separately. With a `.proto` file, use `tonic-prost-build`.

use tonic_build::manual::{Builder, Method, Service};

fn main() {
    let say = Method::builder()
        .name("say")
        .route_name("Say")
        .input_type("crate::Said")
        .output_type("crate::Said")
        .codec_path("tonic_prost::ProstCodec")
        .build();
    Builder::new().compile(&[Service::builder().name("Chat").package("chat").method(say).build()]);
}
