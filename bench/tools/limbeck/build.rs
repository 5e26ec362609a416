//! Compiles the migrations, as any user of limbeck does.

fn main() {
    limbeck_compiler::compile();
}
