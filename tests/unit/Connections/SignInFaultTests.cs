using VodPreheat.Client;
using VodPreheat.Client.Connections;
using VodPreheat.Client.Errors;
using VodPreheat.Client.Http;
using VodPreheat.Client.Secrets;
using VodPreheat.TestServer;
using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Connections;

/// <summary>
/// Each fault of the service in a query, with each way to sign in. The faults and what follows from them are in the matrix in
/// tests/pester, where each cmdlet meets each fault, with the ways to sign in in turn.
/// </summary>
public sealed class SignInFaultTests : IDisposable
{
    private const string Key = "temp+Sk/0000000001=";
    private const string SecurityToken = "temp+Token/0000000001==";
    private const string Token = "given+Token/0000000001==";
    private const string Password = "p@ss+Word/0000000001=";

    private readonly LoopbackServer _server = LoopbackServer.Start();

    public SignInFaultTests()
    {
        _server.AnyTask = true;
        _server.AddTemporaryKey("TEMPAK", Key, SecurityToken, TestClient.ProjectId);
        _server.AddToken(Token, TestClient.ProjectId);
        _server.AddUser("ops", Password, "acme");
    }

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("AccessKey", 1)]
    [InlineData("SecurityToken", 0)]
    [InlineData("Token", 0)]
    [InlineData("Password", 1)]
    [InlineData("Identity", 0)]
    public async Task Each_fault_has_its_error_its_number_of_requests_and_no_secret(string signIn, int retries)
    {
        MatrixRow[] rows = MatrixRow.Read();
        Assert.True(rows.Length > 70);

        // An incorrect clock is one for all. Only signed requests depend on it.
        MatrixRow[] skewed = [.. rows.Where(static row => row.IsSkew)];
        IEnumerable<Task<string?>> together = rows.Except(skewed).Select(row => FindProblemAsync(row, signIn, retries));
        List<string?> problems = [.. await Task.WhenAll(together)];
        foreach (MatrixRow row in skewed)
        {
            _server.ClockOffset = TimeSpan.FromMinutes(row.Fault == "SkewAhead" ? 20 : -20);
            problems.Add(await FindProblemAsync(signIn is "Token" or "Password" ? row.WithoutError() : row, signIn, retries));
        }

        Assert.Equal("", string.Join('\n', problems.OfType<string>()));
    }

    /// <summary>Queries a task over a connection of its own, which has had an answer; null if everything is as in the matrix.</summary>
    private async Task<string?> FindProblemAsync(MatrixRow row, string signIn, int retries)
    {
        // A throttled request would be sent again for minutes.
        retries = row.Category == "LimitsExceeded" ? 0 : retries;
        using VodClient client = await ConnectAsync(signIn, new TransportSettings
        {
            Timeout = TimeSpan.FromSeconds(row.Category == "OperationTimeout" ? 1 : 30),
            MaximumRetryCount = retries,
            RequestsPerMinute = 0,
        });
        if (!row.IsSkew)
        {
            await client.QueryAsync("warm");
        }

        string taskId = $"{row.Fault} {signIn}".Replace(' ', '-');
        row.AddTo(_server, taskId);
        Exception? failure = await Record.ExceptionAsync(() => client.QueryAsync(taskId));
        int sent = _server.Requests.Count(request => request.TaskId == taskId);
        int expected = row.SendsPerAttempt * (row.QueryIsRetried ? retries + 1 : 1) * (row.CredentialsAreRenewed && signIn is "Password" or "Identity" ? 2 : 1);
        string? id = (failure as VodClientException)?.ErrorCode ?? failure?.GetType().Name;
        string text = $"{failure}";
        string[] shown = [.. new[] { TestClient.SecretKey, Key, SecurityToken, Token, Password }.Concat(_server.IssuedTokens).Where(text.Contains)];
        return (id ?? "", sent, shown.Length) == (row.ErrorId, expected, 0)
            ? null
            : $"{row.Fault}: {id} after {sent} requests instead of {row.ErrorId} after {expected}; secrets: {shown.Length}";
    }

    private Task<VodClient> ConnectAsync(string signIn, TransportSettings transport)
    {
        var factory = new ConnectionFactory(new ConnectSettings
        {
            Region = "cn-north-4",
            Endpoint = _server.Endpoint,
            IamEndpoint = _server.Endpoint,
            ProjectId = TestClient.ProjectId,
            Transport = transport,
            ReadVariable = TestClient.Environment(("VODPREHEAT_METADATA_ENDPOINT", $"{_server.Endpoint}")),
        });
        return signIn switch
        {
            "AccessKey" => factory.ConnectWithAccessKeyAsync(TestClient.AccessKey, new Secret(TestClient.SecretKey), null, TestClient.Context()),
            "SecurityToken" => factory.ConnectWithAccessKeyAsync("TEMPAK", new Secret(Key), new Secret(SecurityToken), TestClient.Context()),
            "Token" => factory.ConnectWithTokenAsync(new Secret(Token), TestClient.Context()),
            "Password" => factory.ConnectWithPasswordAsync("ops", new Secret(Password), "acme", TestClient.Context()),
            _ => factory.ConnectWithIdentityAsync(TestClient.Context()),
        };
    }

    /// <summary>A fault of the service, with the values of its behavior.</summary>
    private sealed record MatrixRow(string Fault, string Category, string ErrorId, bool QueryIsRetried, bool CredentialsAreRenewed)
    {
        public bool IsSkew => Fault is "SkewAhead" or "SkewBehind";

        /// <summary>HttpClient itself sends a GET three more times if the connection ends without an answer.</summary>
        public int SendsPerAttempt => Fault == nameof(FaultKind.CloseBeforeHeaders) ? 4 : 1;

        public static MatrixRow[] Read()
        {
            Dictionary<string, Dictionary<string, string>> behaviors = ReadTable("faults.behavior.csv").ToDictionary(static row => row["Behavior"]);
            return [.. ReadTable("faults.csv").Where(static row => row["Where"] == "service").Select(row =>
            {
                string name = new[] { row["Behavior"], row["Category"], "NoFailure" }.First(static name => name.Length > 0);
                Dictionary<string, string> behavior = behaviors[name];
                return new MatrixRow(
                    row["Fault"], row["Category"], row["ErrorId"], behavior["QueryIsRetried"] == "yes", behavior["CredentialsAreRenewed"] == "yes");
            })];
        }

        public MatrixRow WithoutError() => this with { ErrorId = "", QueryIsRetried = false, CredentialsAreRenewed = false };

        public void AddTo(LoopbackServer server, string taskId)
        {
            if (Fault.Split(' ') is [string status, string code])
            {
                server.AddAnswerFor(
                    taskId, int.Parse(status, null), $$"""{"error_code":"{{code}}","error_msg":"some text"}""", headerName: "Retry-After", headerValue: "0", times: -1);
            }
            else if (!IsSkew)
            {
                server.AddFaultFor(taskId, Enum.Parse<FaultKind>(Fault), -1);
            }
        }

        // No value of these tables has a comma or a quotation mark.
        private static IEnumerable<Dictionary<string, string>> ReadTable(string file)
        {
            string[][] lines = [.. File.ReadLines(Path.Combine(Repository.Root, "tests", "pester", file)).Select(static line => line.Split(','))];
            return lines.Skip(1).Select(line => lines[0].Zip(line).ToDictionary(static pair => pair.First, static pair => pair.Second));
        }
    }
}
