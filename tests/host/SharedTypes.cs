using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace VodPreheat.HostTests;

/// <summary>
/// Finds the members that an assembly uses of one set of assemblies, the runtime's, whose signature names a type of another set,
/// the shipped ones. Where the shipped one is the newer, caller and member mean different types: MissingMethodException.
/// </summary>
internal sealed class SharedTypes(IReadOnlySet<string> shipped) : ISignatureTypeProvider<bool, object?>
{
    /// <summary>"Type.Member" of all such references of a file.</summary>
    public IReadOnlyList<string> FindIn(string file)
    {
        using var image = new PEReader(File.OpenRead(file));
        MetadataReader metadata = image.GetMetadataReader();
        var found = new List<string>();
        foreach (MemberReference member in metadata.MemberReferences.Select(metadata.GetMemberReference))
        {
            if (member.Parent.Kind == HandleKind.TypeReference
                && metadata.GetTypeReference((TypeReferenceHandle)member.Parent) is var type
                && !IsShipped(metadata, type)
                && NamesShippedType(member))
            {
                found.Add($"{metadata.GetString(type.Name)}.{metadata.GetString(member.Name)}");
            }
        }

        return found;
    }

    // A nested type is in the assembly of the outermost one.
    private static string? AssemblyOf(MetadataReader metadata, TypeReference type) => type.ResolutionScope.Kind switch
    {
        HandleKind.AssemblyReference => metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name),
        HandleKind.TypeReference => AssemblyOf(metadata, metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)),
        _ => null,
    };

    private bool IsShipped(MetadataReader metadata, TypeReference type) => AssemblyOf(metadata, type) is { } assembly && shipped.Contains(assembly);

    private bool NamesShippedType(MemberReference member)
    {
        if (member.GetKind() == MemberReferenceKind.Field)
        {
            return member.DecodeFieldSignature(this, null);
        }

        MethodSignature<bool> signature = member.DecodeMethodSignature(this, null);
        return signature.ReturnType || signature.ParameterTypes.Contains(true);
    }

    // Decodes a type of a signature to whether it, or a part of it, is in a shipped assembly.
    public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
        IsShipped(reader, reader.GetTypeReference(handle));

    public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => false;

    public bool GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => genericType || typeArguments.Contains(true);

    public bool GetFunctionPointerType(MethodSignature<bool> signature) => signature.ReturnType || signature.ParameterTypes.Contains(true);

    public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => modifier || unmodifiedType;

    public bool GetArrayType(bool elementType, ArrayShape shape) => elementType;

    public bool GetByReferenceType(bool elementType) => elementType;

    public bool GetPointerType(bool elementType) => elementType;

    public bool GetPinnedType(bool elementType) => elementType;

    public bool GetSZArrayType(bool elementType) => elementType;

    public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => false;

    public bool GetGenericMethodParameter(object? genericContext, int index) => false;

    public bool GetGenericTypeParameter(object? genericContext, int index) => false;
}
