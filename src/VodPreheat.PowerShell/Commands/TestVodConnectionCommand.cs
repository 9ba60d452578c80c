using System.Management.Automation;
using VodPreheat.Client;
using VodPreheat.Completion;
using VodPreheat.Errors;
using VodPreheat.Parameters;
using VodPreheat.Progress;

namespace VodPreheat.Commands;

/// <summary>
/// Test-VodConnection: the check before a premiere, with one query. What is wrong is in the object and is no error.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "VodConnection", HelpUri = VodCmdlet.HelpRoot + "Test-VodConnection.md")]
[OutputType(typeof(VodConnectionTest), typeof(bool))]
public sealed class TestVodConnectionCommand : VodConnectedCmdlet
{
    /// <summary>Writes only whether the connection is ready.</summary>
    [Parameter(HelpMessage = "Indicates that the cmdlet returns only a Boolean value: True if nothing is wrong, otherwise False.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    [Parameter(ValueFromPipeline = true, HelpMessage = "Specifies the connection to use, from Connect-VodAccount -PassThru or -NoDefault.")]
    [ValidateNotNull]
    [LiveConnection]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public override VodConnection? Connection { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // The connection can come through the pipeline.
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        FindConnection();
        AnswerProgressBar progress = CompletedAtEnd(new AnswerProgressBar(this, "Testing the connection", Client.Clock));
        ConnectionTest test = WaitFor(ConnectionTest.RunAsync(Client, Context, Client.Clock), progress.Show).GetAwaiter().GetResult();
        if (Quiet)
        {
            WriteObject(test.Failure is null);
            return;
        }

        WriteObject(new VodConnectionTest
        {
            Region = Client.Region,
            ProjectId = Client.ProjectId,
            Endpoint = Client.Endpoint,
            AuthenticationType = Client.AuthenticationType.ToString(),
            CanQuery = test.CanQuery,
            ClockSkew = test.ClockSkew,
            Latency = test.Latency,
            Journal = test.Journal,
            SubmittedToday = test.SubmittedToday,
            ErrorCode = test.Failure?.ErrorCode,
            Detail = test.Failure is { } failure ? ErrorRecords.From(failure, target: null, subject: null).Exception.Message : null,
        });
    }
}
