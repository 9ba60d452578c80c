namespace VodPreheat.Client.Json;

/// <summary>Converts a text whose buffer is wiped afterwards.</summary>
internal delegate T TextParser<out T>(ReadOnlySpan<char> text);
