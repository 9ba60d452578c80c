using VodPreheat.Client.Errors;

namespace VodPreheat.UnitTests.Errors;

/// <summary>The table of what a failure means for the next requests.</summary>
public sealed class ReactionsTests
{
    public static TheoryData<FailureKind> Kinds => [.. Enum.GetValues<FailureKind>()];

    public static TheoryData<FailureKind, Delivery> Failures
    {
        get
        {
            var all = new TheoryData<FailureKind, Delivery>();
            foreach (FailureKind kind in Enum.GetValues<FailureKind>())
            {
                foreach (Delivery delivery in Enum.GetValues<Delivery>())
                {
                    all.Add(kind, delivery);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_has_a_row(FailureKind kind) => Assert.True(Enum.IsDefined(kind) && Reactions.Of(kind) >= Reaction.None);

    [Fact]
    public void A_kind_without_a_row_is_an_error() => Assert.Throws<ArgumentOutOfRangeException>(() => Reactions.Of((FailureKind)(-1)));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_ends_requests_is_neither_retried_nor_waited_for(FailureKind kind)
    {
        Reaction reaction = Reactions.Of(kind);
        bool ends = (reaction & (Reaction.EndEverything | Reaction.EndKind | Reaction.EndSubmissions)) != 0;
        const Reaction GoesOn = Reaction.RetryQuery | Reaction.RetrySubmission | Reaction.Hold | Reaction.Temporary | Reaction.Pause | Reaction.Divide;
        Assert.False(ends && (reaction & GoesOn) != 0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_temporary_for_a_wait_lets_submitting_go_on(FailureKind kind)
    {
        Reaction reaction = Reactions.Of(kind);
        Assert.Equal(reaction.HasFlag(Reaction.Temporary), reaction.HasFlag(Reaction.Pause));
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void What_may_have_been_accepted_is_never_sent_again(FailureKind kind, Delivery delivery)
    {
        var failure = new VodClientException(kind, "code", "what", "hint") { Delivery = delivery };
        Assert.Equal(delivery == Delivery.Unknown, failure.OutcomeUnknown);
        Assert.False(failure.OutcomeUnknown && failure.IsSubmissionRetried);
        Assert.False(delivery == Delivery.Refused && failure.IsSubmissionRetried);
        Assert.Equal(failure.EndsEverything || kind is FailureKind.QuotaExceeded or FailureKind.ProxyRefused, failure.EndsQueries);
        Assert.Equal(failure.EndsQueries || kind is FailureKind.WrongAddress or FailureKind.JournalUnavailable, failure.EndsSubmissions);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Without_a_token_nothing_can_be_sent_to_VOD(FailureKind kind)
    {
        foreach (CloudService service in new[] { CloudService.Iam, CloudService.Metadata })
        {
            var failure = new VodClientException(kind, "code", "what", "hint") { Service = service, Delivery = Delivery.Refused };
            Assert.Equal(kind is not (FailureKind.ProxyRefused or FailureKind.QuotaExceeded) && !failure.IsTemporary, failure.EndsEverything);
            Assert.False(failure.IsDivided || failure.CredentialsAccepted);
        }
    }
}
