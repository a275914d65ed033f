/// Chance that a closure may hold: the same throws each time.
final class Dice {
    private let throwsOfIt: [Bool]
    private var position = 0

    init(_ throwsOfIt: [Bool]) { self.throwsOfIt = throwsOfIt }

    func next() -> Bool {
        position = (position + 1) % throwsOfIt.count
        return throwsOfIt[position]
    }
}
