import Testing

@Suite struct RemoteKitModuleTests {}
