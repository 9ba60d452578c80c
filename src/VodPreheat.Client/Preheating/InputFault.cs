namespace VodPreheat.Client.Preheating;

/// <summary>Why a text is not sent.</summary>
/// <param name="What">What is wrong, as a sentence about "it".</param>
/// <param name="Hint">What to do next, as sentences. A name in braces stands for what each caller has its own word for.</param>
public sealed record InputFault(string What, string Hint);
