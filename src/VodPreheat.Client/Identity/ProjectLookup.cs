using System.Collections.Concurrent;
using System.Globalization;
using VodPreheat.Client.Credentials;
using VodPreheat.Client.Display;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Invocation;

namespace VodPreheat.Client.Identity;

/// <summary>
/// Finds the project ID of a region in IAM, where a region's own project is named after the region. Kept for the life of the
/// process, by access key, region and IAM address: the ID depends on all three.
/// </summary>
internal static class ProjectLookup
{
    private static readonly ConcurrentDictionary<(string AccessKey, string Region, Uri Iam), string> s_known = new();

    /// <summary>The one project of the region.</summary>
    /// <exception cref="VodClientException">None, several, or no permission to list them: the message lists what was found.</exception>
    public static async Task<string> FindAsync(
        IamClient iam, Uri iamEndpoint, string region, Credential credential, InvocationContext context)
    {
        (string, string, Uri)? key = credential is AccessKeyCredential access ? (access.AccessKey, region, iamEndpoint) : null;
        if (key is { } kept && s_known.TryGetValue(kept, out string? id))
        {
            return id;
        }

        id = await AskAsync(iam, region, credential, context).ConfigureAwait(false);
        if (key is { } found)
        {
            s_known[found] = id;
        }

        return id;
    }

    /// <summary>The error for a project ID that cannot be determined.</summary>
    public static VodClientException NotFound(string what) => new(
        FailureKind.ProjectNotFound,
        ErrorIds.ProjectNotFound,
        what,
        "Specify {ProjectId} for {Connection} (console: My Credentials, the row of the region).");

    private static async Task<string> AskAsync(IamClient iam, string region, Credential credential, InvocationContext context)
    {
        IReadOnlyList<Project> projects;
        try
        {
            projects = await iam.GetProjectsAsync(region, credential, context).ConfigureAwait(false);
            if (projects.Count == 1)
            {
                return projects[0].Id;
            }

            if (projects.Count == 0)
            {
                // Only for the message.
                projects = await iam.GetProjectsAsync(name: null, credential, context).ConfigureAwait(false);
                throw NotFound($"IAM has no project named '{region}' for these credentials. Found: {List(projects)}.");
            }
        }
        catch (VodClientException failure) when (failure.Kind == FailureKind.PermissionDenied)
        {
            throw NotFound($"The project of '{region}' could not be looked up, because the user is not allowed to read projects in IAM: {failure.What}");
        }

        throw NotFound($"IAM has several projects named '{region}'. Found: {List(projects)}.");
    }

    private static string List(IReadOnlyList<Project> projects)
    {
        // As many and as much of each as fits into a message: names have up to 64 characters, IDs 32.
        const int Most = 20;
        const int Longest = 64;
        string listed = string.Join(", ", projects.Take(Most).Select(static project =>
            $"{DisplayText.Clean(project.Name, Longest)} ({DisplayText.Clean(project.Id, Longest)})"));
        return projects.Count switch
        {
            0 => "none",
            <= Most => listed,
            _ => string.Create(CultureInfo.InvariantCulture, $"{listed} and {projects.Count - Most} more"),
        };
    }
}
