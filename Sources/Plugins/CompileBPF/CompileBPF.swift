import Foundation
import PackagePlugin

/// Compiles every `bpf/*.bpf.c` for the BPF machine and embeds the object files.
///
/// Target BPFPrograms gets those of the package, any other target those in its own folder. Each
/// source file becomes one Swift file with one accessor, `ObjectCode.<name>`. The compiler is the
/// clang of the Swift toolchain in use, so that no other one has to be installed.
@main
struct CompileBPF: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let isShared = target.name == "BPFPrograms"
        let home = isShared ? context.package.directoryURL : target.directoryURL
        let folder = home.appending(path: "bpf")
        let files = try FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: nil
        ).sorted { $0.path < $1.path }
        // Any header may be included by any program: editing one rebuilds all of them.
        let headers = files.filter { $0.pathExtension == "h" }
        let embed = try context.tool(named: "BPFEmbed").url
        let clang = try context.tool(named: "clang").url
        // Only makes the binary smaller; some toolchains lack it.
        let objcopy = (try? context.tool(named: "llvm-objcopy"))?.url.path ?? ""

        return files.filter { $0.lastPathComponent.hasSuffix(".bpf.c") }.map { source in
            let name = String(source.lastPathComponent.dropLast(".bpf.c".count))
            let stem = context.pluginWorkDirectoryURL.appending(path: name).path
            // The object file is no declared output: SwiftPM would make it a resource of the
            // target, and the accessor for resources links Foundation.
            return .buildCommand(
                displayName: "Compiling bpf/\(name).bpf.c",
                executable: embed,
                arguments: [name, source.path, stem, clang.path, objcopy]
                    + (isShared ? [] : ["BPFPrograms"]),
                inputFiles: [source, clang] + headers,
                outputFiles: [URL(filePath: stem + ".swift")]
            )
        }
    }
}
