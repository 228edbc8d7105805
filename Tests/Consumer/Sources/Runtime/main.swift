import BPFRuntime
import Foundation

let file = try Data(contentsOf: URL(filePath: "example.bpf.o"))
let object = try OpenObject(name: "example", bytes: [UInt8](file)).load()
let counters = try object.map("counters")
print(counters.maxEntries)
