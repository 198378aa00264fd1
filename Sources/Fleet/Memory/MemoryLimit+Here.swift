extension MemoryLimit.Holder {
    /// What a run that this process starts would have, as far as permissions tell.
    public static var here: MemoryLimit.Holder { MemoryGroups.home?.isDelegated == true ? .cgroup : .addressSpace }
}
