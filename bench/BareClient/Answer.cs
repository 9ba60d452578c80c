using System.Text.Json.Serialization;

namespace BareClient;

internal sealed record Row([property: JsonPropertyName("url")] string Url, [property: JsonPropertyName("status")] string Status);

internal sealed record Answer([property: JsonPropertyName("preheating_results")] Row[] Results);

[JsonSerializable(typeof(Answer))]
internal sealed partial class AnswerContext : JsonSerializerContext;
