import Testing

@Suite struct SSHModuleTests {}
