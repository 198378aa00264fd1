import WorkerProgram

await WorkerProgram.main()
