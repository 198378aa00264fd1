/// How the runs of one account share the cores of a host.
package enum CoreBudget {
    /// A run, and how many workers it has work for.
    package struct Demand: Equatable {
        package var id: String
        package var workers: Int

        /// Each parameter is the property of the same name.
        package init(id: String, workers: Int) {
            self.id = id
            self.workers = workers
        }
    }

    /// The workers that the run `id` may have: an equal share, unless another run wants less than its own, which the others then share.
    /// What cannot be divided goes to the first ones by name. Never below 1, so that every run goes on.
    /// - Parameter demands: of all runs, in any order; every run computes the same from them.
    package static func share(of id: String, among demands: [Demand], cores: Int) -> Int {
        var open = demands.sorted { $0.id < $1.id }
        var left = max(cores, 0)
        while !open.isEmpty {
            let quota = left / open.count
            let modest = open.filter { $0.workers <= quota }
            guard !modest.isEmpty else {
                guard let place = open.firstIndex(where: { $0.id == id }) else { return 1 }
                return max(1, quota + (place < left % open.count ? 1 : 0))
            }
            if let own = modest.first(where: { $0.id == id }) { return max(1, own.workers) }
            left -= modest.reduce(0) { $0 + $1.workers }
            open.removeAll { $0.workers <= quota }
        }
        return 1
    }
}
