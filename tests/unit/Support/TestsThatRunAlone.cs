namespace VodPreheat.UnitTests.Support;

/// <summary>The collection of the tests that depend on what the whole process does: one after the other, and none beside them.</summary>
[CollectionDefinition(nameof(TestsThatRunAlone), DisableParallelization = true)]
public sealed class TestsThatRunAlone;
