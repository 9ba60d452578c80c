using VodPreheat.UnitTests.Support;

namespace VodPreheat.UnitTests.Jobs;

/// <summary>What can go wrong with a submission or a query, by name, and the answer.</summary>
internal static class JobFaults
{
    public static readonly IReadOnlyDictionary<string, Answer> All = new Dictionary<string, Answer>
    {
        ["reset"] = Answers.Throws(new HttpRequestException(HttpRequestError.ResponseEnded)),
        ["refused"] = Answers.Throws(new HttpRequestException(HttpRequestError.ConnectionError)),
        ["tls"] = Answers.Throws(new HttpRequestException(HttpRequestError.SecureConnectionError)),
        ["500"] = Answers.Error(500, "VOD.10051", "m"),
        ["503"] = Answers.Body(503, "<html>"),
        ["429"] = Answers.Throttled,
        ["429 later"] = Answers.Error(429, "APIGW.0308", "m", ("Retry-After", "3600")),
        ["403 internal"] = Answers.Error(403, "VOD.10051", "m"),
        ["403 flow control"] = Answers.Error(403, "VOD.10127", "m"),
        ["403 permission"] = Answers.Error(403, "VOD.10074", "m"),
        ["401"] = Answers.Unauthorized,
        ["project"] = Answers.Error(403, "VOD.10057", "m"),
        ["quota"] = Answers.Error(403, "VOD.10086", "m"),
        ["illegal"] = Answers.Error(400, "VOD.10053", "m"),
        ["missing"] = Answers.Error(400, "VOD.10062", "m"),
        ["state"] = Answers.Error(403, "VOD.10060", "m"),
        ["404"] = Answers.Body(404, "<html>"),
        ["407"] = Answers.Body(407, ""),
        ["redirect"] = Answers.Body(302, "", ("Location", "https://elsewhere.invalid/")),
        ["portal"] = Answers.Body(403, "<!DOCTYPE html>", ("Content-Type", "text/html")),
        ["html"] = Answers.Body(200, "<html>"),
        ["empty object"] = Answers.Body(200, "{}"),
        ["empty"] = Answers.Body(200, ""),
        ["other id"] = Answers.Body(202, """{"task_id":"other"}"""),
    };
}
