using System.Text.Json.Serialization;

namespace VodPreheat.Client.Journal;

/// <summary>The reader and writer of a journal's lines, made at build time.</summary>
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalJsonContext : JsonSerializerContext;
