using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

// Writes its address, then serves until its standard input ends. Every path is answered with the same three results, except:
//   /delay/50/...       after 50 ms
//   ...?task_id=stall   never
//   /stalled            with the number of requests that are stalled now
byte[] rows = """
    {"preheating_results":[
    {"url":"https://cdn.example.com/asset/5199337c31c8e4622f1590735b13a263/play_video/premiere.mp4","status":"succeed"},
    {"url":"https://cdn.example.com/asset/5199337c31c8e4622f1590735b13a263/play_video/premiere_H.264_480X270_HEAACV1_300.mp4","status":"processing"},
    {"url":"https://cdn.example.com/asset/5199337c31c8e4622f1590735b13a263/play_video/premiere_H.264_1280X720_HEAACV1_1000.mp4","status":"failed"}]}
    """u8.ToArray();
int stalled = 0;

WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
builder.WebHost.UseKestrelCore().ConfigureKestrel(static options =>
{
    options.AddServerHeader = false;
    options.Listen(IPAddress.Loopback, 0);
});
await using WebApplication app = builder.Build();
app.Run(AnswerAsync);
await app.StartAsync();
Console.WriteLine(app.Urls.Single());
while (Console.ReadLine() is not null)
{
}

async Task AnswerAsync(HttpContext context)
{
    string path = context.Request.Path.Value!;
    if (path.StartsWith("/delay/", StringComparison.Ordinal))
    {
        await Task.Delay(int.Parse(path.Split('/')[2], CultureInfo.InvariantCulture), context.RequestAborted);
    }
    else if (path == "/stalled")
    {
        await context.Response.WriteAsync(Volatile.Read(ref stalled).ToString(CultureInfo.InvariantCulture));
        return;
    }
    else if (context.Request.QueryString.Value == "?task_id=stall")
    {
        Interlocked.Increment(ref stalled);
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref stalled);
        return;
    }

    context.Response.ContentType = "application/json";
    context.Response.ContentLength = rows.Length;
    await context.Response.Body.WriteAsync(rows, context.RequestAborted);
}
