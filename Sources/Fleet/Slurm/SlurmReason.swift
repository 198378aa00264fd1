/// Why an element waits, in words (JOB REASON CODES in squeue(1)).
enum SlurmReason {
    static func words(_ code: String) -> String {
        switch code {
        case "None", "": "just submitted"
        case "Resources": "waiting for free nodes"
        case "Priority": "waiting behind jobs of a higher priority"
        case "BeginTime": "to be started again in a moment"
        case "Dependency", "DependencyNeverSatisfied": "waiting for another job"
        case "JobArrayTaskLimit": "the array has a limit of elements at a time"
        case "PartitionDown", "PartitionInactive": "its partition is down"
        case "PartitionTimeLimit": "its time limit is above the partition's"
        case "PartitionNodeLimit": "it wants more nodes than its partition has"
        case "PartitionConfig": "its partition does not have what it asks for"
        case "JobHeldUser": "held by its user"
        case "JobHeldAdmin": "held by an administrator, or after it could not be started"
        case "Reservation": "waiting for a reservation"
        case "Licenses": "waiting for a license"
        case _ where code.hasPrefix("ReqNodeNotAvail") || code.hasPrefix("Nodes_required"): "the nodes that it needs are down or reserved"
        case _ where code.hasPrefix("QOS") || code.hasPrefix("Assoc") || code.hasPrefix("Max"): "held by a limit of the account (\(code))"
        case _ where code.contains("requeued held"): "held after it could not be started"
        default: code
        }
    }
}
