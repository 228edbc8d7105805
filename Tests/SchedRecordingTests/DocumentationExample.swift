import SchedRecording

/// The example of the documentation, word for word; it has to compile.
func documentationExample() throws {
    let recording = try Recording(path: "build.rec")
    let replay = try Replay(recording, path: "build.rec")
    let costs = try CostTable(path: "costs.json")
    print(replay.lives.count, costs.refillPicosecondsPerByte(.node) ?? .nan)
}
