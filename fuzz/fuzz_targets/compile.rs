//! Any bytes, compiled, give diagnostics that render: no panic, no hang, no stack overflow.
#![no_main]

use abide_policy::diagnostic::render_all;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile, resolved};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let files = [SourceFile::from_bytes("fuzz.kdl", bytes)];
    let compiled = compile(Library::standard(), &files, Some(jiff::civil::date(2026, 11, 21)));
    let _ = render_all(&compiled.findings, &files);
    for policy in &compiled.policies {
        let _ = resolved::resolved(policy, &files);
    }
});
