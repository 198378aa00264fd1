import Testing

@Suite struct TreeSyncModuleTests {}
