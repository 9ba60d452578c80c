// Loads the built module as the engine does, on whatever runtime this host was published with, and does a query on the sandbox.
// Arguments: the module's folder, then assemblies to load into the default context first, as another module would.
// Prints what it saw and exits with 1 if something is not as it must be.

using System.Reflection;
using System.Runtime.Loader;

string module = Path.GetFullPath(args[0]);
foreach (string foreign in args[1..])
{
    Console.WriteLine($"Loaded first: {Assembly.LoadFrom(Path.GetFullPath(foreign)).FullName}");
}

Assembly cmdlets = Assembly.LoadFrom(Path.Combine(module, "bin", "VodPreheat.PowerShell.dll"));
_ = cmdlets.GetExportedTypes(); // The engine reads them before it runs the initializer.
Type initializer = cmdlets.GetType("VodPreheat.Loading.ModuleInitializer", throwOnError: true)!;
for (int import = 0; import < 2; import++)
{
    initializer.GetMethod("OnImport")!.Invoke(Activator.CreateInstance(initializer), null);
}

Assembly client = Assembly.Load(new AssemblyName("VodPreheat.Client"));
object connection = client.GetType("VodPreheat.Client.Connections.ConnectionFactory")!.GetMethod("ConnectSandbox")!
    .Invoke(null, [Activator.CreateInstance(client.GetType("VodPreheat.Client.Http.TransportSettings")!), null])!;
object scope = Activator.CreateInstance(client.GetType("VodPreheat.Client.Http.InvocationContext")!, CancellationToken.None)!;
var query = (Task)connection.GetType().GetMethod("GetPreheatingResultsAsync")!.Invoke(connection, ["example", scope])!;
await query;
int rows = ((System.Collections.ICollection)query.GetType().GetProperty("Result")!.GetValue(query)!).Count;

AssemblyLoadContext context = AssemblyLoadContext.GetLoadContext(client)!;
string[] leaked =
[
    .. AssemblyLoadContext.Default.Assemblies
        .Where(assembly => !assembly.IsDynamic && assembly.Location.StartsWith(Path.Combine(module, "bin", "lib"), StringComparison.Ordinal))
        .Select(assembly => assembly.GetName().Name!),
];
Console.WriteLine($"Runtime {Environment.Version}; client in context '{context.Name}' with {context.Assemblies.Count()} assemblies; {rows} rows; leaked: {leaked.Length}");
return context.Name == "VodPreheat" && rows == 3 && leaked.Length == 0 ? 0 : 1;
